import { afterAll, beforeAll, expect, it } from 'vitest'
import { ApiKeys } from '../../src/access/api-keys.ts'
import { storeFor } from '../../src/app/storage.ts'
import { needing } from '../support/left-out.ts'
import { natsServer, startNats } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'
import { startDoor } from './start-door.ts'
import type { Door } from './start-door.ts'

/** As the command, in a connection of its own. */
function atStoreOf<T>({ config }: Door, action: (keys: ApiKeys) => T): T {
  using store = storeFor(config)
  return action(new ApiKeys(store))
}

needing('nats-server', natsServer !== undefined, () => {
  let nats: Nats
  beforeAll(async () => {
    nats = await startNats()
  })
  afterAll(() => nats[Symbol.asyncDispose]())

  it('API keys that are made, rotated and revoked at one front end are so at all', async () => {
    const name = nats.newName()
    await using one = await startDoor(nats, name)
    await using other = await startDoor(nats, name)
    const statusAt = (door: Door, secret: string) => async () =>
      (await door.ask('GET', '/workspaces', undefined, secret)).status
    const wish = { name: 'ci', principal: 'anna', scopes: ['api'] }
    const { key, secret } = atStoreOf(one, (keys) => keys.create(wish))
    for (const door of [one, other]) await expect.poll(statusAt(door, secret), { timeout: 10_000 }).toBe(200)
    const next = atStoreOf(other, (keys) => keys.rotate(key.id, 0))
    for (const door of [one, other]) {
      await expect.poll(statusAt(door, next), { timeout: 10_000 }).toBe(200)
      await expect.poll(statusAt(door, secret), { timeout: 10_000 }).toBe(401)
    }
    await using late = await startDoor(nats, name)
    await expect.poll(statusAt(late, next), { timeout: 10_000 }).toBe(200)
    atStoreOf(late, (keys) => keys.revoke(key.id))
    for (const door of [one, other, late]) await expect.poll(statusAt(door, next), { timeout: 10_000 }).toBe(401)
    using behind = storeFor(late.config) // as one that was away for longer than changes are stored
    behind.use((connection) =>
      connection.execute('UPDATE api_keys SET revoked_at = NULL; UPDATE api_key_changes SET count = count + 1')
    )
    const unrevoked = () =>
      behind.use((connection) => connection.get('SELECT 1 FROM api_keys WHERE revoked_at IS NULL'))
    await expect.poll(unrevoked, { timeout: 10_000 }).toBeUndefined()
    await expect.poll(statusAt(late, next), { timeout: 10_000 }).toBe(401)
    const { secret: second } = atStoreOf(one, (keys) => keys.create({ ...wish, name: 'two' }))
    await expect.poll(statusAt(late, second), { timeout: 10_000 }).toBe(200)
    for (const door of [one, other, late]) expect(await statusAt(door, next)()).toBe(401)
  }, 60_000)
})
