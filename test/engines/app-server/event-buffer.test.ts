import { describe, expect, it } from 'vitest'
import { EventBuffer } from '../../../src/engines/app-server/turn/event-buffer.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'

const started: TurnEvent = { type: 'turn.started' }
const delta = (text: string, id = 'm'): TurnEvent => ({
  type: 'item.delta',
  item_id: id,
  item_type: 'agent_message',
  delta: text
})
/** What is taken, or that nothing is to be had yet. */
const soon = (taking: Promise<TurnEvent[]>) =>
  Promise.race([taking, new Promise((resolve) => setImmediate(resolve, 'waits'))])

describe('the events between app-server and their reader', () => {
  it('are taken all at once; without any, the reader waits for the next', async () => {
    const buffer = new EventBuffer()
    buffer.push(started)
    buffer.push(delta('a'))
    expect(await buffer.take()).toEqual([started, delta('a')])
    const taking = buffer.take()
    expect(await soon(taking)).toBe('waits')
    buffer.push(delta('b'))
    expect(await taking).toEqual([delta('b')])
  })

  it('are looked for once after a wake, however it came', async () => {
    const buffer = new EventBuffer()
    buffer.wake()
    expect(await buffer.take()).toEqual([])
    const taking = buffer.take()
    expect(await soon(taking)).toBe('waits')
    buffer.wake()
    expect(await taking).toEqual([])
    expect(await soon(buffer.take())).toBe('waits')
  })

  it('end with the first failure, after what is buffered', async () => {
    const buffer = new EventBuffer()
    buffer.push(started)
    for (const reason of ['first', 'second']) buffer.fail(new Error(reason))
    expect(await buffer.take()).toEqual([started])
    await expect(buffer.take()).rejects.toThrow('first')
    const other = new EventBuffer()
    const taking = other.take()
    other.fail(new Error('late'))
    await expect(taking).rejects.toThrow('late')
  })

  it('say once that text is withheld, until there is something else', async () => {
    const buffer = new EventBuffer()
    const withheld: TurnEvent = { type: 'text.withheld' }
    for (const event of [withheld, withheld, started, withheld]) buffer.push(event)
    expect(await buffer.take()).toEqual([withheld, started, withheld])
  })

  it('are joined from the thousandth on, deltas of one text', async () => {
    const buffer = new EventBuffer()
    for (let count = 0; count < 999; count++) buffer.push(started)
    for (const event of [delta('a'), delta('b'), delta('c', 'other'), delta('d', 'other')]) buffer.push(event)
    expect((await buffer.take()).slice(999)).toEqual([delta('ab'), delta('cd', 'other')])
    for (const event of [delta('a'), delta('b')]) buffer.push(event)
    expect(await buffer.take()).toHaveLength(2)
  })

  it('fail where more than 4 MiB wait, and one delta beyond', async () => {
    const buffer = new EventBuffer()
    for (let time = 0; time < 2; time++) {
      buffer.push(delta('x'.repeat(4_194_304)))
      buffer.push(delta('y'.repeat(10)))
      expect(await buffer.take()).toHaveLength(2)
    }
    buffer.push(delta('x'.repeat(4_194_305)))
    buffer.push(delta('y'))
    expect(await buffer.take()).toHaveLength(1)
    await expect(buffer.take()).rejects.toMatchObject({ code: 'overloaded' })
  })
})
