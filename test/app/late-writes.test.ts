import { randomBytes } from 'node:crypto'
import { expect, it, onTestFinished, vi } from 'vitest'
import { ReplicatedStore } from '../../src/app/shared-store.ts'
import { openNats } from '../../src/broker/nats.ts'
import { GatewayError } from '../../src/turn/error.ts'
import { noteKind, opened, storeFolder } from '../store/opened.ts'
import { needing } from '../support/left-out.ts'
import { connectionTo, natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'

/** A store that is shared with those of the same name. */
async function startShared(nats: Nats, name: string) {
  const { store } = opened(await storeFolder())
  const broker = await openNats({ ...connectionTo(nats, name), role: 'f', id: randomBytes(8).toString('hex') })
  onTestFinished(() => broker[Symbol.asyncDispose]())
  const { claims, journal } = broker
  const shared = new ReplicatedStore({
    ...{ store, claims, journal, schemas: [], isAlive: () => true }
  })
  onTestFinished(() => shared[Symbol.dispose]())
  await shared.start()
  return { store, shared, records: store.records(noteKind) }
}

needing('nats-server', natsServer !== undefined, () => {
  it('what cannot be stored for a moment is stored when it can', async () => {
    await using nats = await startNats()
    const name = nats.newName()
    const [one, two] = [await startShared(nats, name), await startShared(nats, name)]
    const full = vi.spyOn(two.store, 'transaction').mockImplementation(() => {
      throw new GatewayError('overloaded', 'The disk is full.')
    })
    await one.records.put('a', '1', { text: 'x' })
    await expect.poll(() => full.mock.calls.length).toBeGreaterThan(0)
    full.mockRestore()
    await two.shared.caughtUp()
    expect(await two.records.get('a', '1')).toEqual({ text: 'x' })
  })
})
