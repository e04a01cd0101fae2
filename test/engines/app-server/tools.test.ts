import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { TurnEvent } from '../../../src/turn/event.ts'
import type { FunctionTool, HistoryItem } from '../../../src/turn/request.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { functionCall, message } from '../../support/upstream/items.ts'
import { cutAfter, gate, heldAfter } from '../../support/upstream/script.ts'
import { endOf, deltasOf, sharedAppServer, startAppServer } from './rig.ts'

const weather: FunctionTool = {
  name: 'get_weather',
  description: 'The weather in a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
}
const time: FunctionTool = { name: 'get_time' }
const tools = [weather, time]
const called = (events: TurnEvent[]) =>
  events.flatMap((event) => (event.type === 'tool.called' ? [[event.name, event.arguments]] : []))

describe('the caller’s tools', () => {
  const rig = sharedAppServer({ retries: 1, tools: true })

  it.each(['gpt-5.5', 'gpt-6.1-sol', 'gpt-unheard-of'])(
    'are all that the model %s is offered, as functions',
    async (model) => {
      rig().upstream.answerNext(says('None needed.'))
      expect(deltasOf(await rig().run({ tools, model }))).toBe('None needed.')
      const request = rig().upstream.requests.at(-1)
      expect(request?.tools.map(({ type, name }) => [type, name])).toEqual([
        ['function', 'get_weather'],
        ['function', 'get_time']
      ])
      expect(JSON.stringify(request?.body)).toContain('"description":"The weather in a city."')
    }
  )

  it('are all that is offered though the home has MCP servers', async () => {
    const adder = {
      command: process.execPath,
      args: [join(import.meta.dirname, '../../support/upstream/adder-mcp.mjs')],
      required: true
    }
    await using other = await startAppServer({
      tools: true,
      config: { mcp_servers: { adder } },
      engine: { userConfig: { sandboxMode: false, mcpServers: ['adder'] } }
    })
    await other.run({ tools: [time] })
    expect(other.upstream.requests[0]?.tools.map(({ name }) => name)).toEqual(['get_time'])
  })

  it('of a model in code mode are called as functions too', async () => {
    rig().upstream.answerNext(
      answer([functionCall('get_time', {}, { namespace: 'functions' }), functionCall('get_weather', { city: 'Oslo' })])
    )
    expect(called(await rig().run({ tools, model: 'gpt-6.1-sol' }))).toEqual([
      ['get_time', '{}'],
      ['get_weather', '{"city":"Oslo"}']
    ])
  })

  it('a call ends the turn, with the arguments as the model wrote them and the usage', async () => {
    const written = '{ "city":"Oslo",  "wind": 1.0 }'
    rig().upstream.answerNext(
      answer([
        message('Let me see.'),
        functionCall('get_weather', {}, { deltas: ['{ "city":"Os', 'lo",  "wind": 1.0 }'] })
      ])
    )
    const asked = rig().upstream.count
    const events = await rig().run({ tools })
    expect(called(events)).toEqual([['get_weather', written]])
    expect(deltasOf(events)).toBe('Let me see.')
    expect(endOf(events)).toEqual({
      type: 'turn.completed',
      usage: {
        input_tokens: 100,
        cached_input_tokens: 40,
        cache_write_input_tokens: 0,
        output_tokens: 20,
        reasoning_output_tokens: 5
      }
    })
    await rig().upstream.quiet()
    expect(rig().upstream.count).toBe(asked + 1)
  })

  it('several calls of one response come in one answer, however far apart the model writes them', async () => {
    const held = gate()
    const both = answer([
      functionCall('get_weather', { city: 'Oslo' }),
      functionCall('get_time', {}),
      functionCall('get_weather', { city: 'Rome' })
    ])
    rig().upstream.answerNext(heldAfter('response.output_item.done', both, held.opened, 2))
    const events: TurnEvent[] = []
    for await (const event of rig().engine.run(
      { input: [{ type: 'text', text: 'Hi' }], tools },
      new AbortController().signal
    )) {
      events.push(event)
      if (called(events).length === 2) held.open()
    }
    expect(called(events)).toEqual([
      ['get_weather', '{"city":"Oslo"}'],
      ['get_time', '{}'],
      ['get_weather', '{"city":"Rome"}']
    ])
    expect(new Set(events.flatMap((event) => (event.type === 'tool.called' ? event.call_id : []))).size).toBe(3)
  })

  it('are answered from the history, in any process: a loop of three steps', async () => {
    const history: HistoryItem[] = [
      { type: 'message', role: 'user', content: [{ type: 'text', text: 'Weather, then time?' }] }
    ]
    const step = async (...said: Parameters<typeof answer>) => {
      rig().upstream.answerNext(answer(...said))
      return rig().run({ tools, input: [], history })
    }
    const result = (events: TurnEvent[], output: string) => {
      for (const event of events) {
        if (event.type !== 'tool.called') continue
        history.push(
          { type: 'tool_call', call_id: event.call_id, name: event.name, arguments: event.arguments },
          { type: 'tool_result', call_id: event.call_id, output: [{ type: 'text', text: output }] }
        )
      }
    }
    result(await step([functionCall('get_weather', { city: 'Oslo' })]), 'rain')
    result(await step([functionCall('get_time', {})]), 'noon')
    expect(deltasOf(await step([message('Rain at noon.')]))).toBe('Rain at noon.')
    const { body } = rig().upstream.requests.at(-1)!
    expect(body.input.slice(-4).map(({ type, name, output }) => [type, name ?? output])).toEqual([
      ['function_call', 'get_weather'],
      ['function_call_output', 'rain'],
      ['function_call', 'get_time'],
      ['function_call_output', 'noon']
    ])
  })

  it('a result of no known call is refused', async () => {
    const history: HistoryItem[] = [{ type: 'tool_result', call_id: 'call_x', output: [{ type: 'text', text: '1' }] }]
    expect(endOf(await rig().run({ tools, input: [], history }))).toMatchObject({
      type: 'turn.failed',
      error: { code: 'invalid_request' }
    })
  })

  it('calls that codex answers itself, such as one of a made-up name, are not the caller’s', async () => {
    rig().upstream.answerNext(
      answer([functionCall('made_up', {}), functionCall('get_time', {}, { deltas: ['{"a":'] })]),
      says('Sorry.')
    )
    const events = await rig().run({ tools })
    expect(called(events)).toEqual([])
    expect(deltasOf(events)).toBe('Sorry.')
  })

  it('a stream that breaks after a call is not reported by codex: the call is emitted after a while', async () => {
    rig().upstream.answerNext(cutAfter('response.output_item.done', answer([functionCall('get_time', {})]), 'drop'))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const events: TurnEvent[] = []
      for await (const event of rig().engine.run(
        { input: [{ type: 'text', text: 'Hi' }], tools },
        new AbortController().signal
      )) {
        events.push(event)
        if (event.type === 'tool.called')
          void rig()
            .upstream.quiet()
            .then(() => vi.advanceTimersByTime(20_000))
      }
      expect(called(events)).toEqual([['get_time', '{}']])
      expect(endOf(events).type).toBe('turn.completed')
    } finally {
      vi.useRealTimers()
    }
  })
})
