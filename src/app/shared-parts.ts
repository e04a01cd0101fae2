import { apiKeysSchema } from '../access/api-key-rows.ts'
import type { Broker } from '../broker/broker.ts'
import type { OtherFronts } from '../engines/brokered/other-fronts.ts'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import { tasksSchema } from '../tasks/schema.ts'
import { webhooksSchema } from '../webhooks/schema.ts'
import { jobsSchema } from '../work/job-schema.ts'
import { within } from '../turn/deadline.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { ledgerSchema } from '../ledger/schema.ts'
import { LeaderCalls } from './leader-calls.ts'
import { hasEverLimit } from './ledger.ts'
import { LastingRows } from './lasting-rows.ts'
import { Leadership } from './leadership.ts'
import { SharedLedger } from './shared-ledger.ts'
import { SharedEndpoints } from './shared-endpoints.ts'
import { SharedKeys } from './shared-keys.ts'
import { SharedRates } from './shared-rates.ts'
import { SharedSeal } from './shared-seal.ts'
import { ReplicatedStore } from './shared-store.ts'
import { StrayRows } from './stray-rows.ts'
import { SharedTasks } from './task-writer.ts'

/**
 * Milliseconds for each of what the broker is asked at the end, which it may not answer: with the times of `http/stop.ts` they are
 * less than what a stop may take. Another one leads all the same, a little later.
 */
const endingMs = 2_000

const schemas = [jobsSchema, tasksSchema, apiKeysSchema, webhooksSchema, ledgerSchema]

/** What front ends share, beside turns. */
export interface SharedParts extends AsyncDisposable {
  readonly store: ReplicatedStore
  readonly sharedTasks: SharedTasks
  readonly endpoints: SharedEndpoints
  readonly rates: SharedRates
  /**
   * Wrong tokens, apart from `rates`: no flood of them makes it forget callers. One that begins to lead has counted none, for a first
   * wrong token must not be called one of too many.
   */
  readonly attempts: SharedRates
}

/** Shares the records, the tasks, the webhook endpoints and the ledger of a store with the other front ends. To be disposed of before the store and the broker. */
export async function openShared({
  store,
  broker,
  others,
  ledger,
  seals
}: {
  store: Store
  broker: Broker
  others: OtherFronts
  /** What is counted in the store. */
  ledger?: Ledger | undefined
  seals: { shared: Seal; own: Seal }
}): Promise<SharedParts> {
  const mark = () => store.presence.id
  const isAlive = (one: string) => others.isAlive(one)
  const { journal, claims } = broker
  let openKeys: SharedKeys | undefined
  const shared: ReplicatedStore = new ReplicatedStore({
    ...{ store, journal, claims, isAlive, schemas },
    applied: (change) => {
      sharedTasks.applied(change)
      openKeys?.applied(change)
    }
  })
  const leadership: Leadership = new Leadership({
    ...{ claims, mark, isAlive, key: 'leader' },
    gained: (number) => shared.lead(number),
    leads: () => {
      rates.leads(!leadership.hasFollowed)
      sharedLedger?.leads()
      lasting.leads()
    },
    lost: () => {
      shared.follow()
      sharedTasks.stopped()
    }
  })
  const calls = new LeaderCalls({ shared, leadership, others, mark })
  const lasting = new LastingRows(store, calls)
  const sharedSeal = new SharedSeal({ store, seals, leadership, calls })
  const sharedTasks = new SharedTasks({ shared, sharedSeal, calls })
  const endpoints = new SharedEndpoints({ store, shared, sharedSeal, calls })
  const rates = new SharedRates(calls, 'rate', () => others.count)
  const attempts = new SharedRates(calls, 'attempt', () => others.count)
  const everLimited = () => ledger !== undefined && hasEverLimit(ledger)
  const sharedLedger = ledger && new SharedLedger({ ledger, shared, calls, isAlive, everLimited })
  await shared.start()
  await shared.caughtUp()
  await sharedLedger?.start()
  await leadership.start()
  await shared.caughtUp()
  await sharedSeal.start()
  const stray = new StrayRows(shared, calls)
  const keys = (openKeys = new SharedKeys(store))
  return {
    store: shared,
    sharedTasks,
    endpoints,
    rates,
    attempts,
    async [Symbol.asyncDispose]() {
      for (const each of [keys, lasting, sharedSeal, stray]) each[Symbol.dispose]()
      await sharedLedger?.[Symbol.asyncDispose]()
      await within(endingMs, shared.settled())
      shared[Symbol.dispose]()
      await within(endingMs, leadership[Symbol.asyncDispose]())
    }
  }
}
