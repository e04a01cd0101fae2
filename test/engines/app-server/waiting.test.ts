import { describe, expect, it } from 'vitest'
import type { HistoryItem, UserInput } from '../../../src/turn/request.ts'
import { png } from '../../support/images.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { functionCall, message, reasoning } from '../../support/upstream/items.ts'
import { deltasOf, endOf, sharedAppServer } from './rig.ts'
import { ToolLoop, lookUp, outcomeOf, text, user } from './tool-loop.ts'

describe('a turn that waits for the results of its calls', () => {
  const rig = sharedAppServer({ tools: true, engine: { waitingTurns: { count: 64 }, warmThreads: 32 } })
  const last = () => rig().upstream.requests.at(-1)!
  const key = () => last().body['prompt_cache_key']
  const calls = (...numbers: number[]) => answer(numbers.map((n) => functionCall('look_up', { n })))
  const outputs = () =>
    last()
      .body.input.filter(({ type }) => type === 'function_call_output')
      .map(({ output }) => output)

  it('goes on over twenty steps, in one thread with one key', async () => {
    const loop = new ToolLoop(rig())
    const steps = 20
    const keys = new Set<unknown>()
    rig().upstream.answerNext(
      ...Array.from({ length: steps }, (_, n) => (n % 3 === 0 ? calls(n, n + 100) : calls(n))),
      says('Done.')
    )
    await loop.ask('Begin.')
    keys.add(key())
    for (let step = 0; step < steps; step++) {
      const sent: UserInput[][] = step % 5 === 0 ? [[{ type: 'image', url: png }]] : [text(`result ${step}`)]
      const events = await loop.step(sent)
      expect(outcomeOf(events)).toBe('resumed')
      keys.add(key())
      if (step === steps - 1) expect(deltasOf(events)).toBe('Done.')
    }
    expect(keys.size).toBe(1)
    expect(outputs()).toHaveLength(27)
    expect(outputs()[1]).toBe('1')
    expect(JSON.stringify(outputs()[0])).toContain('data:image/png')
    expect(loop.history.at(-1)).toMatchObject({ role: 'assistant' })
  })

  it('is followed by the next turn of its conversation, in the same thread', async () => {
    const loop = new ToolLoop(rig())
    rig().upstream.answerNext(calls(1), says('One.'), says('Again.'))
    await loop.ask('Look.')
    await loop.step()
    const first = key()
    expect([deltasOf(await loop.ask('And again.')), key()]).toEqual(['Again.', first])
  })

  it('has the reasoning of the step before, which its client does not send', async () => {
    const loop = new ToolLoop(rig())
    const thought = reasoning('I must look.')
    rig().upstream.answerNext(answer([thought, functionCall('look_up', { n: 1 })]), says('One.'))
    await loop.ask('Think.')
    await loop.step()
    expect(last().body.input.find(({ type }) => type === 'reasoning')?.['encrypted_content']).toBeTruthy()
  })

  it('is given results in any order, with what the user and the developer say beside them', async () => {
    const loop = new ToolLoop(rig())
    rig().upstream.answerNext(calls(1, 2), says('Both.'))
    await loop.ask('Two at once.')
    const [one, two] = loop.calls as [(typeof loop.calls)[0], (typeof loop.calls)[0]]
    loop.history.push(
      { type: 'tool_result', call_id: two.call_id, output: text('second') },
      { type: 'tool_result', call_id: one.call_id, output: text('first') },
      { type: 'message', role: 'developer', content: text('Be brief.') }
    )
    const events = await loop.run({ input: text('And hurry.') })
    expect([outcomeOf(events), deltasOf(events)]).toEqual(['resumed', 'Both.'])
    const { input } = last().body
    const place = (words: string) => input.findIndex((item) => JSON.stringify(item).includes(words))
    expect(outputs().sort()).toEqual(['first', 'second'])
    expect(place('Be brief.')).toBeGreaterThan(input.findLastIndex(({ type }) => type === 'function_call'))
    expect(place('And hurry.')).toBeGreaterThan(Math.max(place('first'), place('second')))
  })

  it('is found though a client has written the calls again in its own way', async () => {
    const loop = new ToolLoop(rig())
    rig().upstream.answerNext(
      answer([message('Let me see.'), functionCall('look_up', { n: 1, unit: 'C' })]),
      says('One.')
    )
    await loop.ask('Look.')
    const { call_id } = loop.calls[0]!
    loop.history.splice(
      -2,
      2,
      { type: 'tool_call', call_id: 'x1', name: 'look_up', arguments: '{ "unit": "C", "extra": null, "n": 1 }' },
      { type: 'tool_result', call_id: 'x1', output: text('1') }
    )
    const events = await loop.run({})
    expect([call_id === 'x1', outcomeOf(events), deltasOf(events)]).toEqual([false, 'resumed', 'One.'])
  })

  it.each<[string, string, (loop: ToolLoop) => Partial<Parameters<ToolLoop['run']>[0]>]>([
    ['a message is another', 'history_changed', ({ history }) => ({ history: [user('Other.'), ...history.slice(1)] })],
    [
      'a call has other arguments',
      'history_changed',
      ({ history }) => ({
        history: history.map((item): HistoryItem =>
          item.type === 'tool_call' ? { ...item, arguments: '{"n":7}' } : item
        )
      })
    ],
    ['a result is missing', 'results_missing', ({ history }) => ({ history: history.slice(0, -1) })],
    ['there are other tools', 'settings_changed', () => ({ tools: [lookUp, { name: 'more' }] })],
    ['there are other instructions', 'settings_changed', () => ({ instructions: 'Rhyme.' })],
    ['it is another model', 'settings_changed', () => ({ model: 'gpt-5.6-sol' })],
    ['somebody else sends it', 'none_open', () => ({ owner: 'eve' })]
  ])('is not gone on with where %s', async (_, reason, change) => {
    const loop = new ToolLoop(rig())
    rig().upstream.answerNext(calls(1, 2), says('Fresh.'))
    await loop.ask('Look.')
    const first = key()
    loop.history.push(
      ...loop.calls.map(({ call_id }, n): HistoryItem => ({ type: 'tool_result', call_id, output: text(`is ${n}`) }))
    )
    const events = await loop.run(change(loop))
    expect([outcomeOf(events), deltasOf(events), endOf(events).type]).toEqual([reason, 'Fresh.', 'turn.completed'])
    expect(key()).not.toBe(first)
  })

  it('goes on where each step has to call, also when the model is asked again for its call', async () => {
    const loop = new ToolLoop(rig(), { toolChoice: 'required' })
    const instructions = () =>
      last().body.input.filter((item) => JSON.stringify(item).includes('Answer only by calling'))
    rig().upstream.answerNext(calls(1), calls(2), says('Enough.'), calls(3), says('No.'), says('No.'))
    await loop.ask('Look.')
    expect([outcomeOf(await loop.step()), loop.calls.length, instructions().length]).toEqual(['resumed', 1, 2])
    expect([outcomeOf(await loop.step()), loop.calls.length]).toEqual(['resumed', 1])
    const events = await loop.step()
    expect([outcomeOf(events), endOf(events)]).toMatchObject([
      'resumed',
      { type: 'turn.failed', error: { message: expect.stringContaining('answered twice without calling') as string } }
    ])
    expect(outputs()).toHaveLength(3)
  })

  it('is one request’s alone: the same step twice at once is answered twice', async () => {
    const loop = new ToolLoop(rig())
    rig().upstream.answerNext(calls(1), says('One.'), says('One.'))
    await loop.ask('Look.')
    loop.history.push({ type: 'tool_result', call_id: loop.calls[0]!.call_id, output: text('1') })
    const both = await Promise.all([loop.run({}), loop.run({})])
    expect(both.map(outcomeOf).sort()).toEqual(['none_open', 'resumed'])
    expect(both.map((events) => deltasOf(events))).toEqual(['One.', 'One.'])
  })
})
