import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { SharedEndpoints } from '../../src/app/shared-endpoints.ts'
import type { LeaderCall } from '../../src/app/leader-calls.ts'
import { Store } from '../../src/store/store.ts'
import { Tables } from '../../src/store/tables.ts'
import { webhooksSchema } from '../../src/webhooks/schema.ts'

it('an endpoint is taken back when another one led before it was stored, or it cannot be stored', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'endpoints-'))
  using store = new Store({ folder })
  const tables = new Tables(store, webhooksSchema)
  const stored = () => tables.use((connection) => connection.all('SELECT id FROM webhook_endpoints').flat())
  const steps: unknown[] = []
  const shared = {
    isLeading: true,
    settled: async () => void steps.push('settled', stored()),
    caughtUp: async () => void steps.push('caught up'),
    fresh: async () => void steps.push('fresh')
  }
  let handle: (asked: LeaderCall) => unknown = () => undefined
  const calls = {
    on: (_op: string, handler: typeof handle) => void (handle = handler),
    ask: async (asked: LeaderCall) => handle(asked)
  }
  const endpoints = new SharedEndpoints({ store, shared, sharedSeal: { ready: async () => {} }, calls })
  const add = (id: string) =>
    endpoints.add({
      ...{ id, owner: 'ann', name: 'mine', url: 'http://127.0.0.1/' },
      ...{ eventTypes: [], secret: 'sealed', createdAt: 1, updatedAt: 1 }
    })

  await add('whe_1')
  expect(steps).toEqual(['fresh', 'settled', ['whe_1'], 'caught up', 'fresh'])
  shared.isLeading = false
  await expect(add('whe_2')).rejects.toMatchObject({ code: 'overloaded' })
  expect(stored()).toEqual(['whe_1'])
  shared.isLeading = true
  shared.settled = () => Promise.reject(new Error('the broker is away'))
  await expect(add('whe_3')).rejects.toThrow('the broker is away')
  expect(stored()).toEqual(['whe_1'])
  await rm(folder, { recursive: true })
})
