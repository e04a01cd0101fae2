import { cp, rename } from 'node:fs/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { expect, it, onTestFinished, vi } from 'vitest'
import { needing } from '../support/left-out.ts'
import { connectionTo, natsServer, startNats } from '../support/nats.ts'
import { startShared, startThree } from './shared-stores.ts'

needing('nats-server', natsServer !== undefined, () => {
  it('what expired at one that was cut off is there when another one has used it meanwhile', async () => {
    await using nats = await startNats()
    const [one, two, three] = await startThree(nats)
    await one.records.put('a', '1', { text: 'x' })
    await one.parts.append('a', '1', [{ id: 'p', value: { text: 'z' } }])
    await two.shared.fresh()
    two.store.unshared((connection) => connection.run('UPDATE records SET used_at = 1'))
    two.deafen()
    one.store.use((connection) => connection.run('UPDATE records SET used_at = used_at + 1'))
    await one.shared.settled()
    two.records.expire()
    await two.shared.settled()
    two.hear()
    for (const { shared, records, parts } of [one, two, three]) {
      await shared.caughtUp()
      expect([await records.get('a', '1'), await parts.all('a', '1')]).toEqual([{ text: 'x' }, [{ text: 'z' }]])
    }
  })

  it('what has expired at one that knows all uses is deleted at all', async () => {
    await using nats = await startNats()
    const all = await startThree(nats)
    const [one, two] = all
    await one.records.put('a', '1', { text: 'x' })
    for (const { shared, store } of all) {
      await shared.fresh()
      store.unshared((connection) => connection.run('UPDATE records SET used_at = 1'))
    }
    two.records.expire()
    const stored = () => all.map(({ store }) => store.use((connection) => connection.all('SELECT id FROM records')))
    await expect.poll(stored, { timeout: 10_000 }).toEqual([[], [], []])
  })

  it('a long text that cannot be read for a moment reaches the others when it can', async () => {
    await using nats = await startNats()
    const [one, two] = await startThree(nats)
    const text = 'x'.repeat(70_000)
    const error = Object.assign(new Error('too many open files'), { code: 'EMFILE' })
    const read = vi.spyOn(one.store.blobs, 'read').mockRejectedValueOnce(error)
    await expect(one.records.put('a', '1', { text })).rejects.toThrow('cannot be shared')
    await expect.poll(() => read.mock.calls.length, { timeout: 10_000 }).toBe(2)
    await one.shared.settled()
    await two.shared.caughtUp()
    expect(await two.records.get('a', '1')).toEqual({ text })
  })

  it('what comes while a long text is read does not stay over it here alone', async () => {
    await using nats = await startNats()
    const all = await startThree(nats)
    const [one, two] = all
    const long = { text: 'x'.repeat(70_000) }
    await two.records.put('a', '1', { text: 'first' })
    await one.shared.fresh()
    const readNow = one.store.blobs.read.bind(one.store.blobs)
    vi.spyOn(one.store.blobs, 'read').mockImplementationOnce(async (name) => {
      const text = await readNow(name)
      await two.records.put('a', '1', { text: 'second' })
      await one.shared.fresh()
      return text
    })
    await one.records.put('a', '1', long)
    for (const { shared, records } of all) {
      await shared.caughtUp()
      expect(await records.get('a', '1')).toEqual(long)
    }
  })

  it('a front end that comes when the journal has dropped its beginning says so, once', async () => {
    await using nats = await startNats()
    const name = nats.newName()
    const one = await startShared(nats, name)
    for (const id of ['1', '2']) await one.records.put('a', id, { text: 'x' })
    await using connection = await connect({ servers: nats.url })
    const { streams } = await jetstreamManager(connection)
    await streams.purge(connectionTo(nats, name).subjects.named('store'), { seq: 2 })
    const late = await startShared(nats, name)
    await one.records.put('a', '3', { text: 'x' })
    await late.shared.caughtUp()
    expect(late.records.list('a').entries.map(({ id }) => id)).toEqual(['3', '2'])
    expect(late.lines).toMatchObject([{ first: 1, last: 1, message: expect.stringContaining('has dropped') as string }])
    expect(one.lines).toEqual([])
  })

  it('records that are made at several at once are listed in one order at all', async () => {
    await using nats = await startNats()
    const all = await startThree(nats)
    const [one, two] = all
    vi.spyOn(Date, 'now').mockReturnValue(Date.now())
    onTestFinished(() => void vi.restoreAllMocks())
    for (const { pause } of [one, two]) pause()
    const made = [one.records.put('a', '2', { text: 'x' }), two.records.put('a', '1', { text: 'x' })]
    await Promise.all([one.release(), two.release(), ...made])
    await one.records.put('a', '3', { text: 'x' })
    for (const { shared, records } of all) {
      await shared.caughtUp()
      const pages = (['asc', 'desc'] as const).map((order) => {
        const { entries, next } = records.list('a', { limit: 2, order })
        return [...entries, ...records.list('a', { after: next, order }).entries].map(({ id }) => id)
      })
      expect(pages).toEqual([
        ['1', '2', '3'],
        ['3', '2', '1']
      ])
    }
  })

  it('changes of others are made here again where the broker has lost what was written here before', async () => {
    await using nats = await startNats()
    const [one, two] = await startThree(nats)
    one.loseStored()
    await one.records.put('a', '1', { text: 'lost' })
    await nats.kill()
    await nats.lose()
    await nats.start()
    const change = () =>
      two.records.put('a', '1', { text: 'new' }).then(
        () => true,
        () => false
      )
    await expect.poll(change, { timeout: 20_000 }).toBe(true)
    await expect.poll(() => one.records.get('a', '1'), { timeout: 20_000 }).toEqual({ text: 'new' })
  })

  it('what is stored after the broker has lost the end of the journal is read', { timeout: 60_000 }, async () => {
    await using nats = await startNats()
    const [one, two] = await startThree(nats)
    const stores = (id: string) => () =>
      one.records.put('a', id, { text: id }).then(
        () => true,
        () => false
      )
    const goesOnWith = async (id: string) => {
      await nats.start()
      await expect.poll(stores(id), { timeout: 20_000 }).toBe(true)
      await expect.poll(() => two.records.get('a', id), { timeout: 20_000 }).toEqual({ text: id })
    }
    await one.records.put('a', '1', { text: '1' })
    await nats.kill()
    const kept = `${nats.folder}-kept`
    await cp(nats.folder, kept, { recursive: true })
    await goesOnWith('2')
    for (const id of ['3', '4', '5']) await one.records.put('a', id, { text: id })
    await two.shared.caughtUp()
    await nats.kill()
    await nats.lose()
    await rename(kept, nats.folder)
    await goesOnWith('6')
  })
})
