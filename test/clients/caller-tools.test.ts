import { describe, expect, it } from 'vitest'
import { says } from '../support/upstream/answer.ts'
import { callerToolsGateway } from './caller-tools.ts'

const aliases = {
  assistant: { model: 'gpt-5.5' },
  live: { model: 'gpt-5.5', engine: 'app-server' },
  both: { model: 'gpt-5.5', codex_instructions: true },
  newest: { model: 'gpt-6.1-sol' }
}
const lookUp = { name: 'look_up', parameters: { type: 'object', properties: { word: { type: 'string' } } } }

describe('a turn with the caller’s own tools', () => {
  const served = callerToolsGateway({ CODEX_MODEL_ALIASES: JSON.stringify(aliases) })

  it.each(['assistant', 'live', 'newest'])(
    'shows the model the caller’s messages and tools only: %s',
    async (model) => {
      for (const api of ['chat', 'responses'] as const) {
        served().upstream.answerNext(says('Hello.'))
        await served().ask(api, { model, tools: [lookUp], system: 'You are a poet.' })
        const { body, tools } = served().upstream.requests.at(-1)!
        expect(tools).toEqual([{ type: 'function', name: 'look_up' }])
        const texts = body.input.flatMap(({ content }) => (content ?? []).map(({ text }) => text))
        expect(texts).toEqual(['Answer the user.', 'You are a poet.', 'Hi.'])
        expect(body['instructions'] ?? '').toBe('')
      }
    }
  )

  it('has Codex’s instructions as well where an alias says so', async () => {
    served().upstream.answerNext(says('Hello.'))
    await served().ask('chat', { model: 'both', tools: [lookUp] })
    const { body, tools } = served().upstream.requests.at(-1)!
    expect(tools).toEqual([{ type: 'function', name: 'look_up' }])
    expect(JSON.stringify(body)).toContain('You are Codex')
  })

  it.each(['assistant', 'live'])('that may not call them is no agent either: %s', async (model) => {
    for (const api of ['chat', 'responses'] as const) {
      served().upstream.answerNext(says('Hello.'))
      await served().ask(api, { model, tools: [lookUp], tool_choice: 'none' })
      const { body, tools } = served().upstream.requests.at(-1)!
      expect(tools).toEqual([])
      expect(JSON.stringify(body)).not.toMatch(/Codex|apply_patch|cwd/)
    }
  })
})
