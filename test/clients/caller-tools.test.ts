import { describe, expect, it } from 'vitest'
import { answer, says } from '../support/upstream/answer.ts'
import { functionCall } from '../support/upstream/items.ts'
import { bodyOf, callerToolsGateway, lookUp } from './caller-tools.ts'

const aliases = {
  assistant: { model: 'gpt-5.5' },
  live: { model: 'gpt-5.5', engine: 'app-server' },
  both: { model: 'gpt-5.5', codex_instructions: true },
  newest: { model: 'gpt-6.1-sol' }
}

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

describe.each(['chat', 'responses'] as const)('tools of a client of %s', (api) => {
  const served = callerToolsGateway()
  const offered = () =>
    served()
      .upstream.requests.at(-1)!
      .tools.map(({ name }) => name)
  const raw = { type: 'custom', name: 'run_it', description: 'Runs a program.' }

  it.each([false, true])('that take free text are called with text; streamed: %s', async (stream) => {
    const text = 'print("hi")\n  # “ü”'
    served().upstream.answerNext(answer([functionCall('run_it', { input: text })]))
    expect(await served().ask(api, { tools: [raw, lookUp], stream })).toEqual({
      text: '',
      calls: [{ name: 'run_it', arguments: text }]
    })
    const [tool] = served().upstream.requests.at(-1)!.body.tools!
    expect(tool).toMatchObject({
      type: 'function',
      description: 'Runs a program.',
      parameters: { required: ['input'] }
    })
  })

  it('that follow a grammar show it to the model', async () => {
    const rules = { syntax: 'lark', definition: 'start: "a"+' }
    const format = api === 'chat' ? { type: 'grammar', grammar: rules } : { type: 'grammar', ...rules }
    served().upstream.answerNext(answer([functionCall('run_it', { input: 'aa' })]))
    await served().ask(api, { tools: [{ ...raw, format }] })
    expect(JSON.stringify(served().upstream.requests.at(-1)!.body.tools)).toContain(
      JSON.stringify(rules.definition).slice(1, -1)
    )
  })

  const named = (type: string, name: string) => (api === 'chat' ? { type, [type]: { name } } : { type, name })
  const allowed = (mode: string, ...tools: object[]) =>
    api === 'chat' ? { type: 'allowed_tools', allowed_tools: { mode, tools } } : { type: 'allowed_tools', mode, tools }

  it.each([
    ['auto', ['look_up', 'run_it'], false],
    [{ type: 'auto' }, ['look_up', 'run_it'], false],
    [{ type: 'none' }, [], false],
    [{ type: 'required' }, ['look_up', 'run_it'], true],
    [named('function', 'look_up'), ['look_up'], true],
    [named('custom', 'run_it'), ['run_it'], true],
    [{ type: 'function', name: 'look_up' }, ['look_up'], true],
    [{ type: 'function', function: { name: 'look_up' } }, ['look_up'], true],
    [allowed('auto', named('function', 'look_up')), ['look_up'], false],
    [allowed('required', named('custom', 'run_it'), { type: 'web_search' }), ['run_it'], true],
    [{ type: 'web_search' }, ['look_up', 'run_it'], false]
  ])('are chosen by %j', async (tool_choice, names, isForced) => {
    served().upstream.answerNext(isForced ? answer([functionCall(names[0]!, { input: 'x' })]) : says('No need.'))
    const { calls, text } = await served().ask(api, { tools: [lookUp, raw], tool_choice })
    expect(offered()).toEqual(names)
    expect([calls.length, text]).toEqual(isForced ? [1, ''] : [0, 'No need.'])
    expect(JSON.stringify(served().upstream.requests.at(-1)!.body.input).includes('call at least one')).toBe(isForced)
  })

  it('that are chosen must be there', async () => {
    const place = api === 'chat' ? 'tool_choice.allowed_tools.tools[1].function.name' : 'tool_choice.tools[1].name'
    const choice = allowed('auto', named('function', 'look_up'), named('function', 'other'))
    expect(await served().refusal(api, { tools: [lookUp], tool_choice: choice })).toMatchObject({ param: place })
    expect(await served().refusal(api, { tools: [lookUp], tool_choice: { type: 'nonsense' } })).toMatchObject({
      param: 'tool_choice.type',
      message: expect.stringContaining('auto, none, required, function, custom, allowed_tools') as string
    })
  })

  it('that are strict are named: codex cannot pass it on', async () => {
    served().upstream.answerNext(says('No.'))
    const path = api === 'chat' ? '/chat/completions' : '/responses'
    const body = bodyOf(api, { tools: [{ ...lookUp, strict: false }, raw, { name: 'f', strict: true }] })
    const { headers } = await served().post(path, body)
    expect(headers.get('x-ignored-parameters')).toBe(api === 'chat' ? 'tools[2].function.strict' : 'tools[2].strict')
  })

  it('may have the form of the other API', async () => {
    served().upstream.answerNext(answer([functionCall('look_up', { word: 'a' })]))
    const other = api === 'chat' ? 'responses' : 'chat'
    const { tools } = bodyOf(other, { tools: [lookUp, raw] }) as { tools: object[] }
    const body = { ...bodyOf(api, {}), tools, tool_choice: { type: 'required' } }
    const response = await served().post(api === 'chat' ? '/chat/completions' : '/responses', body)
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('look_up')])
    expect(offered()).toEqual(['look_up', 'run_it'])
  })
})
