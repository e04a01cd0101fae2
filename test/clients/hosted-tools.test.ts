import { describe, expect, it } from 'vitest'
import { errorBody } from '../support/openai-schemas.ts'
import { says } from '../support/upstream/answer.ts'
import { bodyOf, callerToolsGateway } from './caller-tools.ts'

const hosted = [
  ['web_search', 'CODEX_ENABLE_SEARCH=1'],
  ['file_search', 'text of the files'],
  ['mcp', 'operator configures'],
  ['computer_use_preview', 'function or a custom tool'],
  ['of_the_future', 'function or a custom tool']
] as const

describe('where the operator does not', () => {
  const served = callerToolsGateway()

  it.each(hosted)('%s is refused on both APIs', async (type, remedy) => {
    const tools = [{ type: 'function', name: 'f', function: { name: 'f' } }, { type }]
    const bodies = [
      served().post('/responses', { model: 'assistant', input: 'Hi', tools }),
      served().post('/chat/completions', { ...bodyOf('chat', { model: 'assistant' }), tools })
    ]
    for (const refused of await Promise.all(bodies)) {
      const { param, message } = errorBody.parse(await refused.json()).error
      expect([refused.status, param]).toEqual([400, 'tools[1].type'])
      expect(message).toContain(remedy)
    }
  })

  it('so are `web_search_options`', async () => {
    const body = { ...bodyOf('chat', { model: 'assistant' }), web_search_options: {} }
    const refused = await served().post('/chat/completions', body)
    const { param, message } = errorBody.parse(await refused.json()).error
    expect([refused.status, param, message]).toEqual([
      400,
      'web_search_options',
      expect.stringContaining('CODEX_ENABLE_SEARCH=1')
    ])
  })
})

describe('where the operator has such tools ignored', () => {
  const served = callerToolsGateway({ CODEX_UNSUPPORTED_PARAMS: 'ignore-all' })

  it('they are named, and the model has none of them', async () => {
    served().upstream.answerAll(says('Hello.'))
    const tools = hosted.map(([type]) => ({ type }))
    const names = hosted.map((_, index) => `tools[${index}]`).join(', ')
    const asResponse = await served().post('/responses', { model: 'assistant', input: 'Hi', temperature: 0, tools })
    expect(asResponse.headers.get('x-ignored-parameters')).toBe(`temperature, ${names}`)
    const body = { ...bodyOf('chat', { model: 'live' }), tools, web_search_options: {} }
    const asChat = await served().post('/chat/completions', body)
    expect(asChat.headers.get('x-ignored-parameters')).toBe(`web_search_options, ${names}`)
    for (const { tools: offered } of served().upstream.requests)
      expect(offered.map(({ type }) => type)).not.toContain('web_search')
  })
})
