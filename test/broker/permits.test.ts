import { expect, it } from 'vitest'
import { openNats } from '../../src/broker/nats.ts'
import { needing } from '../support/left-out.ts'
import { connectionTo, natsServer, startNats } from '../support/nats.ts'

needing('nats-server', natsServer !== undefined, () => {
  it('a permit of a broker that was started again is not released by the number of one before', async () => {
    await using nats = await startNats()
    await using broker = await openNats({ ...connectionTo(nats, nats.newName()), role: 'f', id: 'front' })
    const { mail, shares } = broker
    await shares.limit(1)
    const before = await shares.take('a')
    await nats.kill()
    await expect.poll(() => mail.isUp).toBe(false)
    await nats.start()
    await expect.poll(() => mail.isUp, { timeout: 10_000 }).toBe(true)
    shares.forget()
    await shares.limit(1)
    expect(await shares.take('a')).toBeTypeOf('number')
    await expect(shares.release(before ?? 0)).rejects.toThrow()
    expect(await shares.take('a')).toBeUndefined()
    await shares.sweep(() => false)
    expect(await shares.take('a')).toBeTypeOf('number')
  })
})
