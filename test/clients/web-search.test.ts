import { describe, expect, it } from 'vitest'
import { errorBody } from '../support/openai-schemas.ts'
import { responseResource } from '../support/response-schemas.ts'
import { responseStreamFrom } from '../support/response-stream.ts'
import { answer, says } from '../support/upstream/answer.ts'
import { functionCall, message, webSearch } from '../support/upstream/items.ts'
import { bodyOf, callerToolsGateway, lookUp } from './caller-tools.ts'

const aliases = {
  exec: { model: 'gpt-5.5', engine: 'exec' },
  live: { model: 'gpt-5.5', engine: 'app-server' },
  bare: { model: 'gpt-5.5', engine: 'exec', profile: 'bare' },
  'live-bare': { model: 'gpt-6.1-sol', engine: 'app-server', profile: 'bare' },
  newest: { model: 'gpt-6.1-sol', engine: 'exec' },
  'live-newest': { model: 'gpt-6.1-sol', engine: 'app-server' },
  any: { model: 'gpt-5.5' }
}
const models = Object.keys(aliases)
const searched = answer([webSearch('weather in Oslo'), message('Rain.')])
const aliasSettings = { CODEX_MODEL_ALIASES: JSON.stringify(aliases) }

describe('where the operator allows searching', () => {
  const served = callerToolsGateway({ ...aliasSettings, CODEX_ENABLE_SEARCH: '1' })
  const offered = () =>
    served()
      .upstream.requests.at(-1)!
      .tools.filter(({ type }) => type === 'web_search').length
  const sentTool = () =>
    served()
      .upstream.requests.at(-1)!
      .body.tools?.find(({ type }) => type === 'web_search')

  it.each(models)('a model that is given `web_search` has it, and its searches are shown: %s', async (model) => {
    served().upstream.answerAll(searched)
    const response = await served().post('/responses', { model, input: 'Hi', tools: [{ type: 'web_search' }] })
    expect([offered(), response.headers.get('x-ignored-parameters')]).toEqual([1, null])
    const { output, tools } = responseResource.parse(await response.json())
    expect(output).toMatchObject([
      { type: 'web_search_call', status: 'completed', action: { query: 'weather in Oslo' } },
      { type: 'message' }
    ])
    expect(tools).toMatchObject([{ type: 'web_search' }])
  })

  it.each(['bare', 'live-bare'])('a bare model has no other tool, and none without: %s', async (model) => {
    served().upstream.answerAll(searched)
    for (const more of [{ tools: [{ type: 'web_search_preview' }] }, { web_search_options: {} }]) {
      const response = await served().post('/chat/completions', { ...bodyOf('chat', { model }), ...more })
      expect([response.status, response.headers.get('x-ignored-parameters')]).toEqual([200, null])
      expect(
        served()
          .upstream.requests.at(-1)!
          .tools.map(({ type }) => type)
      ).toEqual(['web_search'])
    }
    await served().post('/chat/completions', bodyOf('chat', { model }))
    expect(served().upstream.requests.at(-1)!.tools).toEqual([])
  })

  const flat = { type: 'function', ...lookUp }
  it.each(['any', 'live-newest'])(
    'it is there beside the caller’s own tools, which end the answer: %s',
    async (model) => {
      const called = answer([webSearch('Oslo'), functionCall('look_up', { word: 'a' })])
      served().upstream.answerNext(called)
      const body = { model, input: 'Hi', stream: true, tools: [flat, { type: 'web_search' }] }
      const { response } = responseStreamFrom(await (await served().post('/responses', body)).text())
      expect(response.output.map(({ type }) => type)).toEqual(['web_search_call', 'function_call'])
      expect(
        served()
          .upstream.requests.at(-1)!
          .tools.map(({ type }) => type)
      ).toEqual(['function', 'web_search'])
    }
  )

  const place = { country: 'NO', city: 'Oslo' }
  const wanted = {
    type: 'web_search',
    search_context_size: 'high',
    filters: { allowed_domains: ['example.com'] },
    user_location: { type: 'approximate', ...place }
  }
  const { filters: _, ...onChat } = wanted

  it('is told where to look, by app-server, as nobody’s words are on a command line', async () => {
    served().upstream.answerAll(searched)
    const asResponse = await served().post('/responses', { model: 'any', input: 'Hi', tools: [wanted] })
    expect(sentTool()).toMatchObject(wanted)
    expect(asResponse.headers.get('x-codex-engine')).toBe('app-server')
    expect(responseResource.parse(await asResponse.json()).tools).toMatchObject([wanted])
    const options = { search_context_size: 'high', user_location: { type: 'approximate', approximate: place } }
    const asChat = await served().post('/chat/completions', {
      ...bodyOf('chat', { model: 'any' }),
      web_search_options: options
    })
    expect([asChat.status, sentTool()]).toMatchObject([200, onChat])
    const onExec = await served().post('/responses', { model: 'exec', input: 'Hi', tools: [wanted] })
    expect([onExec.status, errorBody.parse(await onExec.json()).error.param]).toEqual([400, 'tools'])
  })

  it('on exec too has what comes from closed lists', async () => {
    served().upstream.answerAll(searched)
    const tools = [{ type: 'web_search', search_context_size: 'low', external_web_access: false }]
    await served().post('/responses', { model: 'bare', input: 'Hi', tools })
    expect(sentTool()).toMatchObject({ search_context_size: 'low', external_web_access: false })
  })

  it.each([
    [{ type: 'web_search', search_context_size: 'huge' }, 'tools[0].search_context_size'],
    [{ type: 'web_search', filters: { allowed_domains: ['a b'] } }, 'tools[0].filters.allowed_domains[0]']
  ])('a search that cannot be is refused: %j', async (tool, param) => {
    const refused = await served().post('/responses', { model: 'any', input: 'Hi', tools: [tool] })
    expect([refused.status, errorBody.parse(await refused.json()).error.param]).toEqual([400, param])
  })

  it('names what has no effect of it', async () => {
    served().upstream.answerAll(searched)
    const tools = [{ type: 'web_search', filters: { blocked_domains: ['example.com'] } }]
    const response = await served().post('/responses', { model: 'any', input: 'Hi', tools, tool_choice: 'required' })
    expect(response.headers.get('x-ignored-parameters')).toBe('tools[0].filters.blocked_domains, tool_choice')
  })

  it.each([
    ['none', 0],
    [{ type: 'web_search' }, 1],
    [{ type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'look_up' }] }, 0],
    [{ type: 'allowed_tools', mode: 'auto', tools: [{ type: 'web_search' }] }, 1]
  ])('follows `tool_choice` %j', async (tool_choice, count) => {
    served().upstream.answerAll(says('Hello.'))
    const tools = [{ type: 'function', ...lookUp }, { type: 'web_search' }]
    await served().post('/responses', { model: 'live-bare', input: 'Hi', tools, tool_choice })
    expect(offered()).toBe(count)
  })

  it('a conversation has it only in the turns that ask for it', async () => {
    served().upstream.answerAll(says('Hello.'))
    const history: object[] = []
    for (const tools of [[], [{ type: 'web_search' }], []]) {
      history.push({ role: 'user', content: 'Go on.' })
      await served().post('/chat/completions', { model: 'live-bare', messages: history, tools })
      expect(offered()).toBe(tools.length)
      history.push({ role: 'assistant', content: 'Hello.' })
    }
    let previous_response_id: string | undefined
    for (const tools of [[], [{ type: 'web_search' }], []]) {
      const body = { model: 'bare', input: 'Go on.', tools, previous_response_id }
      previous_response_id = responseResource.parse(await (await served().post('/responses', body)).json()).id
      expect(offered()).toBe(tools.length)
    }
  })
})
