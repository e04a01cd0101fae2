import { expect, it } from 'vitest'
import { Creations, creationsSchema } from '../../src/agents/creations.ts'
import { Tables } from '../../src/store/tables.ts'
import { gate } from '../support/upstream/script.ts'
import { opened, storeFolder } from '../store/opened.ts'

const creation = { owner: 'ada', key: 'one', digest: 'd' }

/** A gateway on this store; `made` are all sessions that there are. */
function startGateway(folder: string, made: Set<string>, until = Promise.resolve()) {
  const { store } = opened(folder)
  const { presence } = store
  const work = { mark: presence.id, isLost: (mark?: string) => mark === undefined || !presence.isAlive(mark) }
  const creations = new Creations(new Tables(store, creationsSchema), work)
  const create = (id: string) =>
    creations.once(creation, id, {
      make: async () => {
        await until
        made.add(id)
        return id
      },
      find: (known) => (made.has(known) ? known : undefined)
    })
  return { create, die: () => store[Symbol.dispose]() }
}

it('a key makes one session at two gateways at once, and another when that is gone', async () => {
  const [folder, made, { opened: until, open }] = [await storeFolder(), new Set<string>(), gate()]
  const [one, other] = [startGateway(folder, made, until), startGateway(folder, made)]
  const first = one.create('s1')
  await expect(other.create('s2')).rejects.toMatchObject({ code: 'conflict' })
  open()
  expect(await first).toBe('s1')
  expect(await other.create('s3')).toBe('s1')
  expect([...made]).toEqual(['s1'])
  made.delete('s1')
  expect(await other.create('s4')).toBe('s4')
})

it('a key makes a session where the gateway that made one was killed before that was done', async () => {
  const [folder, made] = [await storeFolder(), new Set<string>()]
  const killed = startGateway(folder, made, new Promise(() => {}))
  void killed.create('s1')
  killed.die()
  expect(await startGateway(folder, made).create('s2')).toBe('s2')
})
