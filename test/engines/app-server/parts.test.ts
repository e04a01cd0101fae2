import { describe, expect, it } from 'vitest'
import { EventBuffer } from '../../../src/engines/app-server/turn/event-buffer.ts'
import { ReportedWindows } from '../../../src/codex/app-server/rate-limits.ts'
import { threadContentFrom } from '../../../src/engines/app-server/thread/response-items.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'

const delta = (text: string, id = 'm1'): TurnEvent => ({
  type: 'item.delta',
  item_id: id,
  item_type: 'agent_message',
  delta: text
})

describe('an event buffer', () => {
  it('gives all buffered events, or waits for one', async () => {
    const buffer = new EventBuffer()
    buffer.push(delta('a'))
    buffer.push(delta('b'))
    expect(await buffer.take()).toEqual([delta('a'), delta('b')])
    const next = buffer.take()
    buffer.push(delta('c'))
    expect(await next).toEqual([delta('c')])
  })

  it('gives the buffered events before it fails', async () => {
    const buffer = new EventBuffer()
    buffer.push(delta('a'))
    buffer.fail(new Error('first'))
    buffer.fail(new Error('second'))
    expect(await buffer.take()).toEqual([delta('a')])
    await expect(buffer.take()).rejects.toThrow('first')
    await expect(new EventBuffer().take.call(buffer)).rejects.toThrow('first')
  })

  it('joins deltas for a slow reader, and loses nothing of them', async () => {
    const buffer = new EventBuffer()
    const words = Array.from({ length: 50_000 }, (_, index) => `${index} `)
    for (const [index, word] of words.entries()) buffer.push(delta(word, index < 25_000 ? 'm1' : 'm2'))
    const events = await buffer.take()
    expect(events.length).toBeLessThan(1_010)
    const textOf = (id: string) =>
      events.map((event) => (event.type === 'item.delta' && event.item_id === id ? event.delta : '')).join('')
    expect([textOf('m1'), textOf('m2')]).toEqual([words.slice(0, 25_000).join(''), words.slice(25_000).join('')])
  })

  it('passes on one delta of any length', async () => {
    const buffer = new EventBuffer()
    const long = delta('x'.repeat(6_000_000))
    for (let count = 0; count < 3; count++) {
      buffer.push(long)
      expect(await buffer.take()).toEqual([long])
    }
  })

  it('fails when its reader is too slow', async () => {
    const buffer = new EventBuffer()
    for (let count = 0; count < 6; count++) buffer.push(delta('x'.repeat(1_048_576)))
    await buffer.take()
    await expect(buffer.take()).rejects.toMatchObject({ code: 'overloaded' })
  })
})

describe('the account’s limits', () => {
  const limits = (primary: unknown, secondary: unknown = null) => ({ rateLimits: { primary, secondary } })
  const secondsAfter = (...updates: unknown[]) => {
    const windows = new ReportedWindows()
    for (const update of updates) windows.update(update)
    return windows.secondsToReset(1_000_000)
  }
  it.each<[string, unknown, number | undefined]>([
    ['used up', limits({ usedPercent: 100, resetsAt: 1_060 }), 60],
    ['both used up', limits({ usedPercent: 100, resetsAt: 1_060 }, { usedPercent: 101, resetsAt: 9_000 }), 8_000],
    [
      'the shorter one not used up',
      limits({ usedPercent: 50, resetsAt: 1_060 }, { usedPercent: 100, resetsAt: 9_000 }),
      8_000
    ],
    ['not used up', limits({ usedPercent: 99, resetsAt: 1_060 }), undefined],
    ['reset already', limits({ usedPercent: 100, resetsAt: 900 }), undefined],
    ['without a time', limits({ usedPercent: 100, resetsAt: null }), undefined],
    ['unheard of', undefined, undefined]
  ])('%s', (_title, value, seconds) => {
    expect(secondsAfter(value)).toBe(seconds)
  })

  it('stay known after a response without rate-limit headers', () => {
    expect(secondsAfter(limits({ usedPercent: 100, resetsAt: 1_060 }), limits(null))).toBe(60)
  })

  it('are distinguished by their duration, whatever place they come in', () => {
    const weekly = (usedPercent: number) => ({ usedPercent, windowDurationMins: 10_080, resetsAt: 9_000 })
    const hours = { usedPercent: 20, windowDurationMins: 300, resetsAt: 1_060 }
    expect(secondsAfter(limits(hours, weekly(100)), limits(weekly(130)))).toBe(8_000)
    expect(secondsAfter(limits(hours, weekly(100)), limits(weekly(-3)))).toBeUndefined()
  })
})

describe('a history for app-server', () => {
  const text = (content: string) => [{ type: 'text' as const, text: content }]

  it('is instructions only when there is nothing else', () => {
    expect(
      threadContentFrom(
        [
          { type: 'message', role: 'system', content: text('A') },
          { type: 'message', role: 'developer', content: text('B') }
        ],
        undefined
      )
    ).toEqual({ instructions: 'A\n\nB', items: [] })
    expect(threadContentFrom([], undefined)).toEqual({ instructions: undefined, items: [] })
  })

  it('gives each role the content that belongs to it', () => {
    const { items } = threadContentFrom(
      [
        {
          type: 'message',
          role: 'user',
          content: [...text('Q'), { type: 'image', url: 'data:image/png;base64,AA==' }]
        },
        { type: 'message', role: 'assistant', content: text('A') },
        { type: 'tool_call', call_id: 'c', name: 'f', arguments: '{"a": 1}' },
        { type: 'tool_result', call_id: 'c', output: [...text('1'), ...text('2')] }
      ],
      undefined
    )
    expect(items).toEqual([
      {
        type: 'message',
        role: 'user',
        content: [
          { type: 'input_text', text: 'Q' },
          { type: 'input_image', image_url: 'data:image/png;base64,AA==' }
        ]
      },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'A' }] },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a": 1}' },
      { type: 'function_call_output', call_id: 'c', output: '1\n2' }
    ])
  })
})
