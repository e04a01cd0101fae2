import { describe, expect, it } from 'vitest'
import { responseStreamFrom } from '../support/response-stream.ts'
import { answer, says } from '../support/upstream/answer.ts'
import { functionCall, message, reasoning } from '../support/upstream/items.ts'
import type { UpstreamRequest } from '../support/upstream/request.ts'
import { gate, heldAfter } from '../support/upstream/script.ts'
import { toolNames } from '../../src/engines/app-server/thread/tool-names.ts'
import { bodyOf, callerToolsGateway, lookUp } from './caller-tools.ts'

describe.each(['chat', 'responses'] as const)('calls of a client of %s', (api) => {
  const served = callerToolsGateway()
  const path = api === 'chat' ? '/chat/completions' : '/responses'
  const asked = () => served().upstream.count
  const last = () => served().upstream.requests.at(-1)!

  it.each([false, true])('that are forced are asked for once more; streamed: %s', async (stream) => {
    const before = asked()
    served().upstream.answerNext(says('I would ', 'rather talk.'), answer([functionCall('look_up', { word: 'a' })]))
    expect(await served().ask(api, { tools: [lookUp], tool_choice: 'required', stream })).toEqual({
      text: '',
      calls: [{ name: 'look_up', arguments: '{"word":"a"}' }]
    })
    expect(asked()).toBe(before + 2)
    expect(last().userTexts.at(-1)).toContain('Call at least one of your tools now')
    expect(JSON.stringify(last().body.input)).toContain('I would rather talk.')
  })

  it('that never come are an error after two answers, which may be tried again', async () => {
    for (const stream of [false, true]) {
      const before = asked()
      served().upstream.answerNext(says('No.'), says('Never.'))
      const body = bodyOf(api, { tools: [lookUp], tool_choice: { type: 'required' }, stream })
      const response = await served().post(path, body)
      expect([response.status, response.headers.get('x-should-retry'), asked() - before]).toEqual([502, 'true', 2])
      expect(await response.text()).toContain('without calling a tool')
    }
  })

  it('keep the text that comes with a forced one', async () => {
    served().upstream.answerNext(
      answer([reasoning('Hm.'), message('Let me see.'), functionCall('look_up', { word: 'a' })])
    )
    const { text, calls } = await served().ask(api, { tools: [lookUp], tool_choice: 'required' })
    expect([text, calls.length]).toEqual(['Let me see.', 1])
  })

  it.each([false, true])('without arguments have none; streamed: %s', async (stream) => {
    const before = asked()
    served().upstream.answerAll(answer([functionCall('look_up', {}, { deltas: [''] })]))
    expect(await served().ask(api, { tools: [lookUp], stream })).toEqual({
      text: '',
      calls: [{ name: 'look_up', arguments: '{}' }]
    })
    served().upstream.answerAll(says('Hello.'))
    await served().upstream.quiet()
    expect(asked() - before).toBeLessThanOrEqual(8) // codex asks again at once, until it is interrupted
  })

  it.each([
    ['garbled arguments', functionCall('look_up', {}, { deltas: ['{"word":'] })],
    ['made-up names', functionCall('made_up', {})]
  ])('of %s are not made without end', async (_title, wrong) => {
    const before = asked()
    served().upstream.answerAll(answer([wrong]))
    const response = await served().post(path, bodyOf(api, { tools: [lookUp] }))
    expect([response.status, response.headers.get('x-should-retry')]).toEqual([502, 'true'])
    expect(await response.text()).toContain('kept calling tools that are not there')
    served().upstream.answerAll(says('Hello.'))
    await served().upstream.quiet()
    expect(asked() - before).toBeLessThanOrEqual(8)
  })

  const names = ['exec_command', 'shell_command', 'mcp', 'mcp__files__read', 'n'.repeat(128), `mcp__${'x'.repeat(123)}`]
  it.each(names)('may have any name, in tools, choices, calls and history: %s', async (name) => {
    const codexName = toolNames([name]).toCodex(name)
    const tools = [{ name }, { ...lookUp }]
    const choice = api === 'chat' ? { type: 'function', function: { name } } : { type: 'function', name }
    // Codex may still ask for a turn of a test before, which is being interrupted.
    const isOurs = (request: UpstreamRequest) => request.tools.some((tool) => tool.name === codexName)
    served().upstream.answerAll((request) => (isOurs(request) ? answer([functionCall(codexName, { a: 1 })]) : says('')))
    for (const stream of [false, true])
      for (const tool_choice of ['auto', choice]) {
        const { calls } = await served().ask(api, { tools, tool_choice, stream })
        expect(calls).toEqual([{ name, arguments: '{"a":1}' }])
        const sent = served().upstream.requests.findLast(isOurs)!
        expect(sent.tools.map((tool) => tool.name)).toEqual(
          tool_choice === 'auto' ? [codexName, 'look_up'] : [codexName]
        )
      }
    served().upstream.answerNext(says('Done.'))
    const user = { role: 'user', content: 'Hi.' }
    const history =
      api === 'chat'
        ? {
            messages: [
              user,
              { role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name, arguments: '{}' } }] },
              { role: 'tool', tool_call_id: 'c', content: 'ok' }
            ]
          }
        : {
            input: [
              user,
              { type: 'function_call', call_id: 'c', name, arguments: '{}' },
              { type: 'function_call_output', call_id: 'c', output: 'ok' }
            ]
          }
    expect((await served().ask(api, { tools, ...history })).text).toBe('Done.')
    expect(last().body.input.find(({ type }) => type === 'function_call')).toMatchObject({ name: codexName })
  })

  it('of a tool whose schema is none: the error names the tool', async () => {
    const schema = { type: 'object', properties: { p: { type: 'array', items: [{ type: 'integer' }, null] } } }
    const param = api === 'chat' ? 'tools[1].function.parameters' : 'tools[1].parameters'
    for (const parameters of [schema, { type: 'array', items: {} }, { type: 'object', properties: 'x' }]) {
      const error = await served().refusal(api, { tools: [lookUp, { name: 'second', parameters }, { name: 'third' }] })
      expect(error).toMatchObject({ param, code: 'invalid_function_parameters' })
      expect(error.message).toContain("function 'second'")
    }
  })

  it('leave a structured answer to be streamed as it comes', async () => {
    const held = gate()
    served().upstream.answerNext(
      heldAfter('response.output_text.delta', answer([message(['{"a":', '1}'])]), held.opened)
    )
    const schema = {
      type: 'object',
      properties: { a: { type: 'integer' } },
      required: ['a'],
      additionalProperties: false
    }
    const format = { name: 'answer', strict: true, schema }
    const body = bodyOf(api, {
      tools: [lookUp],
      stream: true,
      ...(api === 'chat'
        ? { response_format: { type: 'json_schema', json_schema: format } }
        : { text: { format: { type: 'json_schema', ...format } } })
    })
    const reader = (await served().post(path, body)).body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('{\\"a\\":')) {
      const { done, value } = await reader.read()
      if (done) throw new Error(`The answer ended: ${text}`)
      text += value
    }
    expect(text).not.toContain('1}')
    held.open()
    for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value
    expect(text).toContain('1}')
    if (api === 'responses') expect(responseStreamFrom(text).response.output).toHaveLength(1)
  })
})
