import { describe, expect, it } from 'vitest'
import type { TurnEvent } from '../../../src/turn/event.ts'
import type { FunctionTool } from '../../../src/turn/request.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { functionCall } from '../../support/upstream/items.ts'
import { endOf, deltasOf, sharedAppServer } from './rig.ts'

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

  it('only one call is taken when calls may not be parallel', async () => {
    rig().upstream.answerNext(answer([functionCall('get_weather', { city: 'Oslo' }), functionCall('get_time', {})]))
    expect(called(await rig().run({ tools, parallelToolCalls: false }))).toEqual([['get_weather', '{"city":"Oslo"}']])
  })

  it('are not offered when the choice is none', async () => {
    rig().upstream.answerNext(says('Fine.'))
    expect(deltasOf(await rig().run({ tools, toolChoice: 'none' }))).toBe('Fine.')
    expect(
      rig()
        .upstream.requests.at(-1)
        ?.tools.map(({ name }) => name)
    ).not.toContain('get_weather')
  })

  it('one named tool is the only one offered, and the model is instructed to call it', async () => {
    rig().upstream.answerNext(answer([functionCall('get_time', {})]))
    expect(called(await rig().run({ tools, toolChoice: { name: 'get_time' } }))).toEqual([['get_time', '{}']])
    const request = rig().upstream.requests.at(-1)
    expect(request?.tools).toEqual([{ type: 'function', name: 'get_time' }])
    expect(JSON.stringify(request?.body.input)).toContain('call at least one of them now')
  })

  it('an answer without a required call is a failure', async () => {
    rig().upstream.answerNext(says('I would rather talk.'), says('I said no.'))
    expect(endOf(await rig().run({ tools, toolChoice: 'required' }))).toMatchObject({
      type: 'turn.failed',
      error: { code: 'upstream_error', message: expect.stringContaining('tool_choice') as string }
    })
  })

  it.each([
    ['a name that is none', [{ name: 'a b' }], undefined, 'tools[0].function.name'],
    ['two of one name', [time, time], undefined, 'tools[1].function.name'],
    ['a choice that is not there', tools, { name: 'other' }, 'tool_choice'],
    ['a call required of nothing', [], 'required' as const, 'tool_choice']
  ])('%s is refused before codex is asked', async (_title, given, toolChoice, param) => {
    const asked = rig().upstream.count
    expect(endOf(await rig().run({ tools: given, toolChoice }))).toMatchObject({
      type: 'turn.failed',
      error: { code: 'invalid_request', param }
    })
    expect(rig().upstream.count).toBe(asked)
  })
})
