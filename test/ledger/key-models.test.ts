import { describe, expect, it } from 'vitest'
import { answer, says } from '../support/upstream/answer.ts'
import { message } from '../support/upstream/items.ts'
import { gate, heldAfter } from '../support/upstream/script.ts'
import { sharedLimitedGateway } from './limited-gateway.ts'
import type { Failed } from './limited-gateway.ts'

const served = sharedLimitedGateway({}, { CODEX_ADVERTISED_MODELS: 'gpt-5.5,gpt-5.4', CODEX_MODEL: 'gpt-5.5' })
const beta = { 'openai-beta': 'agents=v1' }
const oneRequest = { input: 900, output: 100 }

describe('a key that is for some models alone', () => {
  it('continues no thread whose model is another, and may change the model', async () => {
    const { ask, keyFor, upstream } = served()
    upstream.answerAll(answer([message('Done.')], oneRequest))
    const narrow = keyFor('anna', { models: ['gpt-5.4'] })
    const begun = await ask(keyFor('anna'), '/api/thread/start', { model: 'gpt-5.5' })
    const { thread } = (await begun.json()) as { thread: { id: string } }
    const before = upstream.count
    const input = [{ type: 'text', text: 'Go on.' }]
    for (const [path, body] of [
      ['/api/turn/start', { input }],
      ['/api/thread/compact/start', {}],
      ['/api/review/start', { target: { type: 'uncommittedChanges' } }]
    ] as const) {
      const refused = await ask(narrow, path, { threadId: thread.id, ...body })
      expect([path, refused.status, ((await refused.json()) as Failed).error.code]).toEqual([
        path,
        404,
        'model_not_found'
      ])
    }
    expect(upstream.count).toBe(before)
    const changed = await ask(narrow, '/api/turn/start', { threadId: thread.id, input, model: 'gpt-5.4' })
    expect([changed.status, upstream.requests.at(-1)?.body.model]).toEqual([200, 'gpt-5.4'])
  })

  it('is for no model by way of a task or a session in a workspace that its body names', async () => {
    const { ask, keyFor } = served()
    const narrow = keyFor('anna', { models: ['gpt-5.4'] })
    const task = await ask(narrow, '/api/tasks', { prompt: 'Go on.', model: 'gpt-5.5', workspace: 'default' })
    expect([task.status, ((await task.json()) as Failed).error.code]).toEqual([404, 'model_not_found'])
  })

  it.each(['thread', 'session', 'agent'])('adds nothing to a turn of kind %s that runs another', async (kind) => {
    const { ask, keyFor, upstream } = served()
    const [wide, narrow] = [keyFor('anna', { models: ['gpt-5.5'] }), keyFor('anna', { models: ['gpt-5.4'] })]
    const { opened, open } = gate()
    const before = upstream.count
    upstream.answerAll(says('Done.'))
    upstream.answerNext(heldAfter('response.output_text.delta', says('Done', '.'), opened))
    const request = await runningTurn(kind, wide)
    await upstream.requested(before + 1)
    const [refused, added] = [await ask(narrow, ...request, beta), await ask(wide, ...request, beta)]
    open()
    expect([refused.status, JSON.stringify(await refused.json())]).toEqual([
      404,
      expect.stringContaining('does not exist or you do not have access to it') as string
    ])
    expect(added.ok).toBe(true)
    await upstream.requested(before + 2)
  })
})

const input = [{ type: 'text', text: 'Go on.' }]

/** Begins a turn that does not end yet. Returns the request that adds a message to it. */
async function runningTurn(kind: string, key: string): Promise<[string, object]> {
  const { ask } = served()
  const sent = async <T>(path: string, body: object): Promise<T> => {
    const answered = await ask(key, path, body, beta)
    expect([path, answered.ok]).toEqual([path, true])
    return (await answered.json()) as T
  }
  switch (kind) {
    case 'thread': {
      const { thread } = await sent<{ thread: { id: string } }>('/api/thread/start', { model: 'gpt-5.5' })
      const begun = { threadId: thread.id, input, wait: false }
      const { turn } = await sent<{ turn: { id: string } }>('/api/turn/start', begun)
      return ['/api/turn/steer', { threadId: thread.id, expectedTurnId: turn.id, input }]
    }
    case 'session': {
      const { sessionId } = await sent<{ sessionId: string }>('/api/sessions', { model: 'gpt-5.5' })
      await sent(`/api/sessions/${sessionId}/turn`, { input })
      return [`/api/sessions/${sessionId}/turn`, { input, steer: true }]
    }
    default: {
      const agent = { environment: { type: 'none' }, agent: { model: 'gpt-5.5' }, input: 'Go on.' }
      const { id } = await sent<{ id: string }>('/agents/sessions', agent)
      const content = [{ type: 'input_text', text: 'Go on.' }]
      const event = { type: 'agent.session.input.message', input: [{ type: 'message', role: 'user', content }] }
      return [`/agents/sessions/${id}/events`, { events: [event] }]
    }
  }
}
