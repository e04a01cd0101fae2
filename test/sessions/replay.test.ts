import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { followJournal } from '../../src/sessions/follow.ts'
import { RecordStore } from '../../src/sessions/record-store.ts'
import { sessionsSchema } from '../../src/sessions/schema.ts'
import { Tables } from '../../src/store/tables.ts'
import { eventsIn, Reader, startJournals, write } from './start-journals.ts'
import type { Received } from './start-journals.ts'

/** What happens to a journal and its readers. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const), reader: fc.nat(2) }) },
  fc.record({ do: fc.constant('flush' as const) }),
  fc.record({ do: fc.constant('wait' as const) }),
  fc.record({ do: fc.constant('restart' as const) })
)

describe('the journal of a session', () => {
  it('gives each reader each event once and in order, wherever it was cut off, and however slow it is', async () => {
    using rig = startJournals()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.infiniteStream(fc.boolean()), async (steps, slow) => {
        const id = rig.add()
        let journal = rig.open(id)
        const log: Received[] = []
        const isSlow = () => slow.next().value as boolean
        const readers = [new Reader(), new Reader(isSlow), new Reader(isSlow)]
        for (const reader of readers) reader.connect(journal)
        for (const each of steps) {
          if (each.do === 'append')
            for (let n = 0; n < each.count; n++) {
              const data = JSON.stringify(`"${log.length} \n\n id: 7 é`)
              log.push({ id: journal.append('notification', data), data })
            }
          if (each.do === 'flush') journal.flush()
          if (each.do === 'wait') await new Promise((resolve) => setImmediate(resolve))
          if (each.do === 'cut') {
            await readers[each.reader]!.cut()
            readers[each.reader]!.connect(journal)
          }
          if (each.do === 'restart') {
            journal.flush()
            journal = rig.reopen(id)
            for (const reader of readers) await reader.cut()
            for (const reader of readers) reader.connect(journal)
          }
        }
        for (const reader of readers) await reader.until(log.at(-1)?.id ?? 0)
        for (const reader of readers) expect([reader.received, reader.gaps]).toEqual([log, []])
      }),
      { numRuns: 60 }
    )
  })

  it('has a larger id after a gateway that was killed than any event that it passed on', async () => {
    using rig = startJournals()
    const id = rig.add()
    const killed = rig.open(id)
    const reader = new Reader()
    reader.connect(killed)
    for (let n = 0; n < 5_000; n++) killed.append('notification', '"x"')
    await reader.until(5_000)
    const stored = rig.sessionStore.find(id)!.seq
    expect(stored).toBeLessThan(reader.last)
    const next = rig.reopen(id)
    expect(next.append('notification', '"y"')).toBeGreaterThan(reader.last)
    reader.connect(next)
    await reader.until(next.seq)
    expect([reader.received.length, reader.received.at(-1), reader.gaps]).toEqual([
      5_001,
      { id: next.seq, data: '"y"' },
      []
    ])
  })

  it('says what is no longer there, to one who never had it and to one who was too slow', async () => {
    using rig = startJournals({ session: 20_000, owner: 1e9 })
    const journal = rig.open(rig.add())
    let resume = () => {}
    const slow = new Reader()
    const stuck = followJournal(journal, {
      after: 0,
      send: () => new Promise<void>((resolve) => (resume = resolve)),
      gap: (after, last) => (slow.gaps.push([after, last]), ''),
      signal: AbortSignal.timeout(5_000)
    })
    write(journal, 1)
    await new Promise((resolve) => setImmediate(resolve))
    write(journal, 99)
    const late = new Reader()
    late.connect(journal)
    await late.until(100)
    expect(late.gaps).toEqual([[0, late.received[0]!.id - 1]])
    expect(late.received.length).toBeGreaterThan(10)
    expect(late.received.length).toBeLessThan(21)
    resume()
    await expect.poll(() => slow.gaps).toEqual([[1, late.received[0]!.id - 1]])
    const unknown = new Reader()
    unknown.received.push({ id: 4_711, data: '' })
    unknown.connect(journal)
    await expect.poll(() => unknown.gaps).toEqual([[4_711, 100]])
    await unknown.cut()
    void stuck
  })

  it('counts for its owner: the largest of an owner gives way, and nobody else’s', async () => {
    using rig = startJournals({ session: 1e9, owner: 30_000 })
    const [large, small, others] = [rig.open(rig.add()), rig.open(rig.add()), rig.open(rig.add('ben'))]
    write(others, 25)
    write(large, 25)
    write(small, 10)
    expect(others.read(0)).toMatchObject({ last: 1 })
    expect(small.read(0)).toMatchObject({ last: 1 })
    expect(large.read(0)).toMatchObject({ gap: expect.any(Number) as number })
  })

  it('is written once for many events, and not for each', () => {
    using rig = startJournals()
    const id = rig.add()
    let writes = 0
    const append = rig.journals.append.bind(rig.journals)
    rig.journals.append = (...all) => (writes++, append(...all))
    const journal = rig.open(id)
    for (let n = 0; n < 10_000; n++) journal.append('notification', '{"method":"item/agentMessage/delta"}')
    journal.flush()
    expect(writes).toBeLessThan(20)
    expect(rig.sessionStore.find(id)!.seq).toBe(10_000)
  })

  it('refuses more while it cannot be stored, and goes on when it can', () => {
    using rig = startJournals()
    const journal = rig.open(rig.add())
    const append = rig.journals.append.bind(rig.journals)
    rig.journals.append = () => {
      throw new Error('full')
    }
    journal.append('notification', '1')
    expect(() => journal.flush()).toThrow('full')
    expect(() => journal.append('notification', '2')).toThrow('full')
    rig.journals.append = append
    expect(journal.append('notification', '3')).toBe(2)
    expect(eventsIn((journal.read(0) as { text: string }).text).map(({ data }) => data)).toEqual(['1'])
    expect(eventsIn((journal.read(1) as { text: string }).text).map(({ data }) => data)).toEqual(['3'])
  })

  it('knows so many keys of requests, the newest, also where nothing happens for them', () => {
    using rig = startJournals()
    const id = rig.add()
    const journal = rig.open(id)
    const note = (key: string) => {
      journal.note({ records: [{ kind: 'key', id: key, scope: '', turn: '', body: 'x'.repeat(64) }] })
      journal.flush()
    }
    for (let n = 0; n < 1_000; n++) note(`k${n}`)
    note('k0') // more of it is done
    const all = () =>
      rig.store.use((connection) => [
        Number(connection.get('SELECT count(*) FROM session_records')?.[0]),
        Number(connection.get('SELECT bytes FROM sessions WHERE id = ?', id)?.[0])
      ])
    expect(all()).toEqual([1_000, 1_001 * 64])
    note('new')
    note('newer')
    expect(all()).toEqual([1_000, 1_000 * 64])
    const records = new RecordStore(new Tables(rig.store, sessionsSchema))
    expect(['k0', 'k1', 'k2', 'newer'].map((key) => records.find(id, 'key', key) !== undefined)).toEqual([
      ...[false, false, true, true]
    ])
  })

  it('is gone with its session', () => {
    using rig = startJournals()
    const id = rig.add()
    const journal = rig.open(id)
    journal.append('notification', '1')
    journal.flush()
    rig.sessionStore.delete(id)
    expect(() => journal.read(0)).toThrow('no such session')
    journal.append('notification', '2')
    expect(() => journal.flush()).toThrow('no such session')
  })
})
