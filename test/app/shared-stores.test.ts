import { expect, it } from 'vitest'
import { needing } from '../support/left-out.ts'
import { natsServer, startNats } from '../support/nats.ts'
import { startThree } from './shared-stores.ts'

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
})
