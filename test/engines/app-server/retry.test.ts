import { describe, expect, it } from 'vitest'
import type { TurnEvent } from '../../../src/turn/event.ts'
import { answer, says } from '../../support/upstream/answer.ts'
import { cutAfter } from '../../support/upstream/script.ts'
import { message, reasoning } from '../../support/upstream/items.ts'
import { endOf, deltasOf, sharedAppServer } from './rig.ts'

const dropAfter = (type: string, script: Parameters<typeof cutAfter>[1], nth = 1) => cutAfter(type, script, 'drop', nth)
const texts = (events: TurnEvent[]) =>
  events.flatMap((event) =>
    event.type === 'item.completed' && event.item.type === 'agent_message' ? [event.item.text] : []
  )

describe('a stream that breaks', () => {
  const rig = sharedAppServer({ retries: 3 })

  it('in the middle of a message continues where it broke, once', async () => {
    rig().upstream.answerNext(
      dropAfter('response.output_text.delta', says('Once ', 'upon ', 'a time')),
      says('On', 'ce upon', ' a time')
    )
    const events = await rig().run()
    expect(deltasOf(events)).toBe('Once upon a time')
    expect(texts(events)).toEqual(['Once upon a time'])
    expect(new Set(events.flatMap((event) => (event.type === 'item.delta' ? event.item_id : []))).size).toBe(1)
    expect(events.filter(({ type }) => type === 'error')).toHaveLength(1)
    expect(endOf(events).type).toBe('turn.completed')
  })

  it('more than once is still emitted once', async () => {
    const complete = says('a', 'b', 'c', 'd')
    rig().upstream.answerNext(
      dropAfter('response.output_text.delta', complete, 2),
      dropAfter('response.output_text.delta', complete, 1),
      dropAfter('response.output_text.delta', complete, 3),
      complete
    )
    expect(deltasOf(await rig().run())).toBe('abcd')
  })

  it('after a complete message does not emit it again', async () => {
    rig().upstream.answerNext(dropAfter('response.output_item.done', says('Hel', 'lo')), says('Hello'))
    const events = await rig().run()
    expect(deltasOf(events)).toBe('Hello')
    expect(texts(events)).toEqual(['Hello'])
  })

  it('after a complete message allows another to follow it', async () => {
    rig().upstream.answerNext(
      dropAfter('response.output_item.done', says('Hello')),
      answer([message('Hell'), message('no')])
    )
    expect(texts(await rig().run())).toEqual(['Hello', 'Hell', 'no'])
  })

  it('fails clearly, and stops, when the second answer is another', async () => {
    rig().upstream.answerNext(dropAfter('response.output_text.delta', says('Yes', ', indeed')), says('No', ', never'))
    const events = await rig().run()
    expect(deltasOf(events)).toBe('Yes')
    expect(endOf(events)).toMatchObject({ type: 'turn.failed', error: { code: 'upstream_error' } })
    await rig().upstream.quiet()
    expect(deltasOf(await rig().run())).toBe('Hello')
  })

  it('fails clearly when the second answer is shorter', async () => {
    rig().upstream.answerNext(dropAfter('response.output_text.delta', says('Yes', ', indeed'), 2), says('Yes'))
    expect(endOf(await rig().run())).toMatchObject({ type: 'turn.failed', error: { code: 'upstream_error' } })
  })

  it('in the middle of reasoning may reason differently', async () => {
    rig().upstream.answerNext(
      dropAfter('response.reasoning_summary_text.delta', answer([reasoning(['Hm', 'm'])])),
      answer([reasoning('Well'), message('42')])
    )
    const events = await rig().run()
    expect(deltasOf(events)).toBe('42')
    expect(deltasOf(events, 'reasoning')).toBe('HmWell')
  })

  it('for good ends as a failure', async () => {
    rig().upstream.answerNext(
      ...Array.from({ length: 4 }, () => dropAfter('response.output_text.delta', says('Hel', 'lo')))
    )
    const events = await rig().run()
    expect(deltasOf(events)).toBe('Hel')
    expect(endOf(events)).toMatchObject({ type: 'turn.failed', error: { code: 'upstream_error' } })
  })

  it('is begun anew in a turn whose reader has shown nothing of it yet', async () => {
    rig().upstream.answerNext(
      dropAfter('response.output_text.delta', answer([message('First.'), message(['Half ', 'an answer'])]), 2),
      says('No', ', never')
    )
    const events = await rig().run({ discardable: true })
    const discarded = events.flatMap((event) => (event.type === 'item.discarded' ? [event.item_id] : []))
    const half = events.flatMap((event) =>
      event.type === 'item.delta' && event.delta === 'Half ' ? event.item_id : []
    )
    expect([discarded, half.length]).toEqual([half, 1])
    expect(texts(events)).toEqual(['First.', 'No, never'])
    expect(endOf(events).type).toBe('turn.completed')
  })
})
