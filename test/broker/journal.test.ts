import { connect } from '@nats-io/transport-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Broker } from '../../src/broker/broker.ts'
import { openNats } from '../../src/broker/nats.ts'
import { OpenEntries } from '../../src/broker/open-entries.ts'
import { needing } from '../support/left-out.ts'
import { connectionTo, natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'

needing('nats-server', natsServer !== undefined, () => {
  describe('the journal', () => {
    let nats: Nats
    let name = ''
    let [writer, reader] = [] as unknown as [Broker, Broker]
    beforeAll(async () => {
      nats = await startNats({ config: 'max_payload: 1200' }) // entries of some hundred characters are in pieces
      name = nats.newName()
      const connection = connectionTo(nats, name)
      writer = await openNats({ ...connection, role: 'f', id: 'writer' })
      reader = await openNats({ ...connection, role: 'f', id: 'reader' })
      await writer.journal.prepare()
    })
    afterAll(async () => {
      for (const broker of [writer, reader]) await broker[Symbol.asyncDispose]()
      await nats[Symbol.asyncDispose]()
    })

    it('is read on from where an entry began whose pieces have not all come', async () => {
      const before = await writer.journal.last()
      await writer.journal.append('first')
      const long = Array.from({ length: 100 }, (_, index) => `long ${index}`).join()
      await writer.journal.append(long)
      await writer.journal.append('last')
      let after = before
      const seen: (string | undefined)[] = []
      while (seen.filter((text) => text !== undefined).at(-1) !== 'last')
        for await (const { text, resumeAfter, sequence } of reader.journal.follow(after)) {
          seen.push(text)
          after = resumeAfter
          const isInTheMiddle = sequence === before + 3 && seen.length === 3
          if (isInTheMiddle || text === 'last') break
        }
      expect(await writer.journal.last()).toBeGreaterThan(before + 4)
      expect(seen.filter((text) => text !== undefined)).toEqual(['first', long, 'last'])
    })

    it('passes over what is no entry', async () => {
      const before = await writer.journal.last()
      await using connection = await connect({ servers: nats.url })
      connection.publish(connectionTo(nats, name).subjects.store, 'a mistake')
      await connection.flush()
      await writer.journal.append('after')
      const seen: (string | undefined)[] = []
      for await (const { text } of reader.journal.follow(before)) {
        seen.push(text)
        if (text === 'after') break
      }
      expect(seen).toEqual([undefined, 'after'])
    })

    it('is followed at once after the broker was killed', { timeout: 60_000 }, async () => {
      const first = await writer.journal.last()
      let after = first
      const seen: (string | undefined)[] = []
      let isOver = false
      const following = (async () => {
        while (!isOver)
          try {
            for await (const { text, resumeAfter } of reader.journal.follow(after)) {
              seen.push(text)
              after = resumeAfter
              if (text === 'over') return
            }
          } catch {
            await new Promise((resolve) => setTimeout(resolve, 50)) // the broker is not back yet
          }
      })()
      await writer.journal.append('before')
      await expect.poll(() => seen).toEqual(['before'])
      await nats.kill()
      await expect.poll(() => writer.mail.isUp || reader.mail.isUp).toBe(false)
      await nats.start()
      await expect.poll(() => writer.mail.isUp && reader.mail.isUp, { timeout: 10_000 }).toBe(true)
      for (const text of ['a', 'b', 'c']) {
        await writer.journal.append(text)
        // jetstream 3.4.0 by itself: after 45 s
        await expect.poll(() => seen.at(-1), { timeout: 10_000 }).toBe(text)
      }
      isOver = true
      await writer.journal.append('over')
      await following
      expect(seen).toEqual(['before', 'a', 'b', 'c', 'over'])
      const stored: (string | undefined)[] = [] // on disk, over the restart
      for await (const { text } of writer.journal.follow(first)) {
        stored.push(text)
        if (text === 'over') break
      }
      expect(stored).toEqual(seen)
    })
  })
})

describe('entries of which not all pieces have come', () => {
  it('are put together whatever comes between their pieces, and only from their beginning on', () => {
    const entries = new OpenEntries()
    const piece = (id: string, index: number, count: number) => ({ id, index, count, text: `${id}${index}` })
    expect(entries.add(piece('a', 0, 2), 7)).toBeUndefined()
    expect(entries.add(piece('b', 0, 1), 8)).toBe('b0')
    expect(entries.add(piece('c', 1, 2), 9)).toBeUndefined() // its beginning is gone
    expect(entries.first(10)).toBe(7)
    expect(entries.add(piece('a', 1, 2), 10)).toBe('a0a1')
    expect(entries.first(11)).toBe(11)
  })
})
