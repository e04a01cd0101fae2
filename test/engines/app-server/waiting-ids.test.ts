import { describe, expect, it } from 'vitest'
import type { HistoryItem } from '../../../src/turn/request.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { functionCall } from '../../support/upstream/items.ts'
import type { OutputItem } from '../../support/upstream/items.ts'
import { deltasOf, sharedAppServer } from './rig.ts'
import { ToolLoop, outcomeOf, text } from './tool-loop.ts'

/** A call whose id the model chooses, as models behind other servers do. */
const callWithId = (id: string, n: number) => {
  const call = functionCall('look_up', { n })
  const renamed: OutputItem = (place) =>
    JSON.parse(JSON.stringify(call(place)).replaceAll(/call_#N#_\d+/g, id)) as ReturnType<OutputItem>
  return answer([renamed])
}

describe('calls that a turn waits for', () => {
  const rig = sharedAppServer({ tools: true, engine: { waitingTurns: { count: 64 } } })
  const outputs = () =>
    rig()
      .upstream.requests.at(-1)!
      .body.input.filter(({ type }) => type === 'function_call_output')
      .map(({ call_id, output }) => [call_id, output])

  it('may have an id that an earlier one of the loop had', async () => {
    const loop = new ToolLoop(rig())
    rig().upstream.answerNext(callWithId('call_0', 1), callWithId('call_0', 2), says('Two.'))
    await loop.ask('Look.')
    expect(outcomeOf(await loop.step([text('first')]))).toBe('resumed')
    const id = loop.calls[0]!.call_id
    const events = await loop.step([text('second')])
    expect([id, outcomeOf(events), deltasOf(events)]).toEqual(['call_0', expect.any(String), 'Two.'])
    expect(outputs().map(([, output]) => output)).toEqual(['first', 'second'])
  })

  it('of two conversations of one owner may have the same ids', async () => {
    const [one, two] = [new ToolLoop(rig()), new ToolLoop(rig())]
    rig().upstream.answerNext(callWithId('call_1', 1), callWithId('call_1', 1), says('One.'), says('Two.'))
    await one.ask('Look here.')
    await two.ask('Look there.')
    const [first, second] = [await one.step(), await two.step()]
    expect([outcomeOf(first), deltasOf(first)]).toEqual(['resumed', 'One.'])
    expect([outcomeOf(second), deltasOf(second)]).toEqual(['resumed', 'Two.'])
  })

  it('are given the results of their ids, if the client returns equal calls in another order', async () => {
    const loop = new ToolLoop(rig())
    rig().upstream.answerNext(
      answer([functionCall('look_up', { n: 1 }), functionCall('look_up', { n: 1 })]),
      says('Both.')
    )
    await loop.ask('Look twice.')
    const [one, two] = loop.calls as [(typeof loop.calls)[0], (typeof loop.calls)[0]]
    const result = ({ call_id }: typeof one): HistoryItem => ({ type: 'tool_result', call_id, output: text(call_id) })
    loop.history.splice(-2, 2, two, one, result(two), result(one))
    expect(outcomeOf(await loop.run({}))).toBe('resumed')
    expect(outputs()).toEqual([one, two].map(({ call_id }) => [call_id, call_id]))
  })

  it('are given up when the conversation goes on without their results', async () => {
    const loop = new ToolLoop(rig())
    rig().upstream.answerNext(callWithId('call_2', 1), says('Never.'), says('Late.'))
    await loop.ask('Look.')
    await loop.run({ input: text('Never mind.') })
    const events = await loop.step()
    expect([outcomeOf(events), deltasOf(events)]).toEqual(['none_open', 'Late.'])
  })

  it('are given up when their owner has no token any more, and no others', async () => {
    const [eve, ada] = ['eve', 'ada'].map((owner) => new ToolLoop(rig(), { owner })) as [ToolLoop, ToolLoop]
    rig().upstream.answerAll(callWithId('call_3', 1))
    for (const loop of [eve, ada]) await loop.ask('Look.')
    rig().engine.release?.((owner) => owner === 'ada')
    rig().upstream.answerAll(says('Seen.'))
    expect([outcomeOf(await eve.step()), outcomeOf(await ada.step())]).toEqual(['none_open', 'resumed'])
  })
})
