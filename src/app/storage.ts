import { join } from 'node:path'
import type { Tokens } from '../access/tokens.ts'
import { responseKind } from '../api/responses/stored-response.ts'
import type { StoredResponse } from '../api/responses/stored-response.ts'
import { takeOverResponses } from '../api/responses/take-over.ts'
import type { Config } from '../config/config.ts'
import type { Records } from '../store/records.ts'
import { Store } from '../store/store.ts'
import type { Warn } from '../store/store.ts'

/** What all stored responses together may be. */
const storedResponses = { count: 10_000, bytes: 1_073_741_824 }

/** The store of a gateway with these settings. Nothing is opened before it is used. */
export function storeFor({ CODEX_CLI_HOME: home }: Config, warn?: Warn): Store {
  return new Store({ folder: join(home, 'gateway'), warn })
}

/** The stored responses; undefined where none are to be stored. */
export function responseRecords(store: Store, config: Config): Records<StoredResponse> | undefined {
  return config.CODEX_THREAD_TTL_HOURS === 0 ? undefined : store.records(kindFor(config))
}

/**
 * Checks the store, gives records whose token has got a name to that name, and takes over what gateways before 0.2 stored.
 * What was found and done goes to the log. A gateway whose store cannot be used serves all the same.
 */
export async function prepareStore(store: Store, config: Config, tokens: Tokens): Promise<void> {
  try {
    store.check()
    const kind = kindFor(config)
    const records = store.records(kind)
    records.expire()
    for (const [former, now] of tokens.formerOwners) records.adopt(former, now)
    if (config.CODEX_THREAD_TTL_HOURS === 0) return
    const owners = new Map([['anonymous', 'anonymous'], ...tokens.formerOwners])
    const { taken, unknown, damaged } = await takeOverResponses(join(config.CODEX_CLI_HOME, 'gateway'), owners, {
      records,
      kind
    })
    if (taken + unknown + damaged > 0)
      store.warn(
        { taken, unknown, damaged },
        'stored responses of an older gateway: taken over, left for want of an owner, unreadable'
      )
  } catch (error) {
    store.warn(
      { cause: error instanceof Error ? error.message : String(error) },
      'the store cannot be used; responses are not stored until it can'
    )
  }
}

function kindFor({ CODEX_THREAD_TTL_HOURS: hours }: Config) {
  return responseKind({ ...storedResponses, ttlMs: hours * 3_600_000 })
}
