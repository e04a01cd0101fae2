import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { GatewayError } from '../../src/turn/error.ts'
import { later } from '../store/opened.ts'
import { needing } from '../support/left-out.ts'
import { natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'
import { startThree } from './shared-stores.ts'

needing('nats-server', natsServer !== undefined, () => {
  describe('what was deleted at one front end', () => {
    let nats: Nats
    beforeAll(async () => {
      nats = await startNats()
    })
    afterAll(() => nats[Symbol.asyncDispose]())

    /** Three stores with a record. */
    async function three() {
      const [one, two, three] = await startThree(nats)
      await one.records.put('a', '1', { text: 'x' })
      for (const { shared } of [two, three]) await shared.fresh()
      const all = [one, two, three]
      return {
        ...{ one, two, three },
        found: async () => {
          for (const { shared } of all) await shared.caughtUp()
          return Promise.all(all.map(({ records }) => records.get('a', '1')))
        }
      }
    }

    it('does not come back when another one had just used it', async () => {
      const { one, two, found } = await three()
      later(30_000, 'settable')
      two.pause()
      two.records.touch('a', ['1'])
      one.records.delete('a', '1')
      await one.shared.settled()
      await two.release()
      expect(await found()).toEqual([undefined, undefined, undefined])
    })

    it('does not come back when another one had just changed it, or added to it', async () => {
      const { one, two, three: third, found } = await three()
      two.pause()
      const changed = two.records.replace('a', '1', { text: 'y' })
      const added = two.parts.append('a', '1', [{ id: 'p', value: { text: 'z' } }])
      one.records.delete('a', '1')
      await one.shared.settled()
      await two.release()
      await Promise.all([changed, added])
      expect(await found()).toEqual([undefined, undefined, undefined])
      expect(await third.parts.all('a', '1')).toEqual([])
    })
  })

  it('what was changed at one front end stays so when another one had just used it, or added to it', async () => {
    await using nats = await startNats()
    const [one, two, three] = await startThree(nats)
    await one.records.put('a', '1', { text: 'x' })
    await two.shared.fresh()
    two.pause()
    const added = two.parts.append('a', '1', [{ id: 'p', value: { text: 'z' } }])
    const claimed = two.records.claimHere('a', '1')
    await one.records.replace('a', '1', { text: 'y' })
    await two.release()
    expect([await added, claimed]).toEqual(['added', true])
    for (const { shared, records, parts } of [one, two, three]) {
      await shared.caughtUp()
      expect([await records.get('a', '1'), await parts.all('a', '1')]).toEqual([{ text: 'y' }, [{ text: 'z' }]])
      expect(records.claimHere('a', '1')).toBe(false)
    }
  })

  it('parts that are added to a record at several at once are in one order at all', async () => {
    await using nats = await startNats()
    const all = await startThree(nats)
    const [one, two] = all
    await one.records.put('a', '1', { text: 'x' })
    await two.shared.fresh()
    two.pause()
    const long = 'x'.repeat(70_000)
    const added = [
      two.parts.append('a', '1', [
        { id: 'b', value: { text: long } },
        { id: 'a', value: { text: 'second' } }
      ])
    ]
    await expect.poll(() => two.parts.size('a', '1').count).toBe(2)
    added.push(two.parts.append('a', '1', [{ id: 'c', value: { text: 'third' } }]))
    await one.parts.append('a', '1', [{ id: 'd', value: { text: 'first' } }])
    await two.shared.fresh()
    await two.release()
    await Promise.all(added)
    for (const { shared, parts } of all) {
      await shared.caughtUp()
      expect((await parts.all('a', '1')).map(({ text }) => text)).toEqual(['first', long, 'second', 'third'])
    }
  })

  it('a webhook endpoint that was deleted at one front end does not come back when another one sends it again', async () => {
    await using nats = await startNats()
    const [one, two, three] = await startThree(nats)
    const made = "INSERT INTO webhook_endpoints VALUES (NULL, 'we_1', 'a', 'n', 'https://h', '[]', 's', NULL, 0, 0, 0)"
    one.store.use((connection) => connection.execute(made))
    await one.shared.settled()
    await two.shared.fresh()
    two.pause()
    two.store.use((connection) => connection.execute('UPDATE webhook_endpoints SET id = id'))
    const sent = two.shared.settled()
    one.store.use((connection) => connection.execute('DELETE FROM webhook_endpoints'))
    await one.shared.settled()
    await two.release()
    await sent
    for (const { shared, store } of [one, two, three]) {
      await shared.caughtUp()
      expect(store.use((connection) => connection.all('SELECT id FROM webhook_endpoints'))).toEqual([])
    }
  })

  it('what cannot be stored for a moment is stored when it can', async () => {
    await using nats = await startNats()
    const [one, two] = await startThree(nats)
    const full = vi.spyOn(two.store, 'transaction').mockImplementation(() => {
      throw new GatewayError('overloaded', 'The disk is full.')
    })
    await one.records.put('a', '1', { text: 'x' })
    await expect.poll(() => full.mock.calls.length).toBeGreaterThan(0)
    full.mockRestore()
    await two.shared.caughtUp()
    expect(await two.records.get('a', '1')).toEqual({ text: 'x' })
  })

  it('what was stored though nobody said so is not stored again over what came after it', async () => {
    await using nats = await startNats()
    const [one, two, three] = await startThree(nats)
    await one.records.put('a', '1', { text: 'x' })
    await two.shared.fresh()
    one.lose()
    await expect(one.records.replace('a', '1', { text: 'y' })).rejects.toThrow('cannot be shared')
    await two.shared.fresh()
    await two.records.replace('a', '1', { text: 'z' })
    await one.release()
    for (const { shared, records } of [one, two, three]) {
      await shared.caughtUp()
      expect(await records.get('a', '1')).toEqual({ text: 'z' })
    }
  })
})
