import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { Connection } from '../../../src/codex/app-server/connection.ts'
import { Store } from '../../../src/store/store.ts'
import { processesWith, signalled } from '../../support/processes.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { gate, heldAfter } from '../../support/upstream/script.ts'
import type { Answer } from '../../support/upstream/script.ts'
import { afterTools, toolCall } from '../../support/upstream/tool-calls.ts'
import { all, failure, owner, sharedAgents } from './start-agents.ts'
import type { AgentsRig } from './start-agents.ts'

const parameters = { type: 'object', properties: {} }
const add = { type: 'function' as const, name: 'add', description: 'Adds.', parameters }
const sessionsOf = (rig: AgentsRig) => rig.agents().sessions
const becomes = (rig: AgentsRig, id: string, status: string) =>
  expect.poll(async () => (await sessionsOf(rig).retrieve(id)).status, { timeout: 20_000 }).toBe(status)

/** A session whose model has called a function. */
async function waiting(rig: AgentsRig, model: Answer): Promise<string> {
  rig.upstream.answerNext(model)
  const agent = { model: 'gpt-5.5', tools: [add] }
  const { id } = await sessionsOf(rig).create({ environment: { type: 'none' }, agent, input: 'Begin.' })
  await becomes(rig, id, 'requires_action')
  return id
}

async function give(rig: AgentsRig, id: string): Promise<void> {
  const [action] = (await sessionsOf(rig).retrieve(id)).required_actions as { turn_id: string; call_id: string }[]
  const { turn_id, call_id } = action!
  const type = 'agent.session.input.tool_result' as const
  await sessionsOf(rig).events.create(id, { events: [{ type, turn_id, call_id, success: true, output: 'three' }] })
}

const signal = (rig: AgentsRig) => {
  const found = processesWith(rig.home).filter((line) => /\bapp-server\b/.test(line))
  expect(signalled(found, 'SIGKILL')).toBeGreaterThan(0)
}

/** Resolves when the gateway knows. */
async function kill(rig: AgentsRig): Promise<void> {
  signal(rig)
  await expect.poll(() => state(rig)).not.toBe('running')
}

async function state(rig: AgentsRig): Promise<string> {
  const response = await fetch(`${rig.url()}/workspaces`, { headers: { authorization: `Bearer ${owner}` } })
  return ((await response.json()) as { data: { state: string }[] }).data[0]!.state
}

/** The calls and outputs that the model was sent last. */
const sent = ({ upstream }: AgentsRig) =>
  upstream.requests
    .at(-1)!
    .body.input.map(({ type }) => type)
    .filter((type) => type.startsWith('function_call'))

describe('a codex that is killed when it goes on with a turn', () => {
  const rig = sharedAgents(says('Hello.'))

  it.each(['thread/inject_items', 'turn/start'])(
    'and has answered %s, gives the model nothing twice',
    async (method) => {
      const model = afterTools((request) => answer([toolCall(request, 'add', {})]), says('Added.'))
      const id = await waiting(rig(), model)
      await kill(rig())
      const { opened, open } = gate()
      rig().upstream.answerNext(heldAfter('response.created', says('Added.'), opened)) // where it asks before it is killed
      const request: Connection['request'] = Reflect.get(Connection.prototype, 'request')
      const spy = vi.spyOn(Connection.prototype, 'request').mockImplementation(async function (
        this: Connection,
        ...call
      ) {
        const reply = await request.apply(this, call)
        if (call[0] !== method) return reply
        spy.mockRestore()
        signal(rig())
        open()
        await this.lost
        return reply
      })
      await give(rig(), id)
      await becomes(rig(), id, 'idle')
      expect(sent(rig())).toEqual(['function_call', 'function_call_output'])
      expect((await all(sessionsOf(rig()).turns.list(id))).map(({ status }) => status)).toEqual(['completed'])
    }
  )
})

describe('a codex that is killed at each of two calls', () => {
  const rig = sharedAgents(says('Hello.'))

  it('gives the model nothing twice', async () => {
    const model: Answer = (request) =>
      request.body.input.filter(({ type }) => type === 'function_call_output').length < 2
        ? answer([toolCall(request, 'add', {})])
        : says('Added.')
    const id = await waiting(rig(), model)
    for (const next of ['requires_action', 'idle']) {
      await kill(rig())
      rig().upstream.answerNext(model)
      const before = rig().upstream.count
      await give(rig(), id)
      await expect.poll(() => rig().upstream.count, { timeout: 20_000 }).toBeGreaterThan(before)
      await becomes(rig(), id, next)
    }
    expect(sent(rig())).toEqual(['function_call', 'function_call_output', 'function_call', 'function_call_output'])
  })
})

describe('a turn that waits while the thread of its session expires', () => {
  const rig = sharedAgents(says('Hello.'))
  const expire = (id: string) => {
    using store = new Store({ folder: join(rig().home, 'gateway') })
    const sql = 'UPDATE threads SET used_at = 1 WHERE id = (SELECT thread FROM sessions WHERE id = ?)'
    expect(store.use((connection) => connection.run(sql, id))).toBe(1)
  }
  const message = {
    type: 'agent.session.input.message' as const,
    input: [{ role: 'user' as const, content: [{ type: 'input_text' as const, text: 'Hurry.' }] }]
  }

  it.each([
    ['has no codex any more, and gets its result', kill, give],
    ['is at codex, and gets a message', async () => {}, (to: AgentsRig, id: string) => say(to, id)]
  ])('fails with it where it %s', async (_, before, send) => {
    const id = await waiting(rig(), (request) => answer([toolCall(request, 'add', {})]))
    await before(rig())
    expire(id)
    expect(await failure(send(rig(), id))).toMatchObject({ status: 409 })
    await becomes(rig(), id, 'failed')
    const turns = await all(sessionsOf(rig()).turns.list(id))
    expect(turns).toMatchObject([{ status: 'failed', error: { code: 'resource_not_found' } }])
    const items = await all(sessionsOf(rig()).items.list(id))
    expect(items.filter((item) => 'status' in item && item.status === 'in_progress')).toEqual([])
  })

  const say = async (to: AgentsRig, id: string) => {
    await sessionsOf(to).events.create(id, { events: [message] })
  }
})
