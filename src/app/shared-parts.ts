import { apiKeysSchema } from '../access/api-key-rows.ts'
import type { Broker } from '../broker/broker.ts'
import type { OtherFronts } from '../engines/brokered/other-fronts.ts'
import type { Store } from '../store/store.ts'
import { tasksSchema } from '../tasks/schema.ts'
import { jobsSchema } from '../work/job-schema.ts'
import { within } from '../turn/deadline.ts'
import { Leadership } from './leadership.ts'
import { SharedKeys } from './shared-keys.ts'
import { ReplicatedStore } from './shared-store.ts'
import { SharedTasks } from './task-writer.ts'

/** Milliseconds for what the broker is asked at the end, which it may not answer. Another one leads all the same, a little later. */
const endingMs = 4_000

/** What front ends share, beside turns. */
export interface SharedParts extends AsyncDisposable {
  readonly store: ReplicatedStore
  readonly sharedTasks: SharedTasks
}

/** Shares the records and the tasks of a store with the other front ends. To be disposed of before the store and the broker. */
export async function openShared({
  store,
  broker,
  others
}: {
  store: Store
  broker: Broker
  others: OtherFronts
}): Promise<SharedParts> {
  const mark = () => store.presence.id
  const isAlive = (one: string) => others.isAlive(one)
  const { journal, claims } = broker
  let openKeys: SharedKeys | undefined
  const shared: ReplicatedStore = new ReplicatedStore({
    ...{ store, journal, claims, isAlive, schemas: [jobsSchema, tasksSchema, apiKeysSchema] },
    applied: (change) => {
      sharedTasks.applied(change)
      openKeys?.applied(change)
    }
  })
  const leadership: Leadership = new Leadership({
    ...{ claims, mark, isAlive, key: 'leader' },
    gained: (number) => shared.lead(number),
    lost: () => sharedTasks.stopped()
  })
  const sharedTasks = new SharedTasks({ shared, leadership, others, mark })
  await shared.start()
  await leadership.start()
  await shared.caughtUp()
  const keys = (openKeys = new SharedKeys(store))
  return {
    store: shared,
    sharedTasks,
    async [Symbol.asyncDispose]() {
      keys[Symbol.dispose]()
      await within(endingMs, shared.settled())
      shared[Symbol.dispose]()
      await within(endingMs, leadership[Symbol.asyncDispose]())
    }
  }
}
