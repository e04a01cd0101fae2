import { automationStoreOf } from './automations.ts'
import { join } from 'node:path'
import type { Tokens } from '../access/tokens.ts'
import { StoredCompletions } from '../api/chat/stored-completions.ts'
import { completionKind } from '../api/chat/stored-kind.ts'
import { conversationKind } from '../api/conversations/kinds.ts'
import { StoredConversations } from '../api/conversations/stored-conversations.ts'
import { responseKind } from '../api/responses/stored-response.ts'
import type { StoredResponse } from '../api/responses/stored-response.ts'
import { takeOverResponses } from '../api/responses/take-over.ts'
import type { Config } from '../config/config.ts'
import { hasSeveralPrincipals } from './several.ts'
import type { Records } from '../store/records.ts'
import { SessionStore } from '../sessions/session-store.ts'
import { Tables } from '../store/tables.ts'
import { sessionsSchema } from '../sessions/schema.ts'
import type { Seal } from '../store/seal.ts'
import { Store } from '../store/store.ts'
import type { Warn } from '../store/store.ts'
import { principalName } from '../access/principal.ts'
import type { EndpointWriter } from '../webhooks/endpoints.ts'
import { Webhooks } from '../webhooks/webhooks.ts'
import { JobStore } from '../work/job-store.ts'
import { ThreadStore } from '../threads/thread-store.ts'
import { sealFor, sharedSealFor } from './seal.ts'
import { environmentTables } from './environments.ts'
import { taskStoreOf } from './task-store.ts'
import { threadsSchema } from '../threads/schema.ts'
import { threadBounds } from './threads.ts'

/** What all stored records of one kind together may be. */
const bounds = { count: 10_000, bytes: 1_073_741_824 }

/** The store of a gateway with these settings. Nothing is opened before it is used. */
export function storeFor({ CODEX_CLI_HOME: home }: Config, warn?: Warn): Store {
  return new Store({ folder: join(home, 'gateway'), warn })
}

/** The webhooks of a gateway with these settings; `shared`: at a front end. Dispose of it before the store. */
export function webhooksFor(
  store: Store,
  config: Config,
  shared?: { seal: Seal; writer?: EndpointWriter | undefined }
): Webhooks {
  const { CODEX_WEBHOOK_HOSTS: hosts, CODEX_WEBHOOK_SECRET: secret } = config
  const own = sealFor(config)
  const seals = shared ? { ...shared, formerSeal: own } : { seal: own, formerSeal: sharedSealFor(config) }
  return new Webhooks({ store, ...seals, hosts, secret, nameOf: principalName })
}

/** The stored responses; undefined where none are to be stored. */
export function responseRecords(store: Store, config: Config): Records<StoredResponse> | undefined {
  return config.CODEX_THREAD_TTL_HOURS === 0 ? undefined : store.records(kindsFor(config).response)
}

/** What is known of background responses, and how many there may be; one principal of several may have half of them. */
export function backgroundOf(store: Store, config: Config) {
  const { CODEX_MAX_BACKGROUND: count, CODEX_MAX_CONCURRENCY: concurrency } = config
  return {
    jobs: config.CODEX_THREAD_TTL_HOURS === 0 ? undefined : new JobStore(store, 'response'),
    maxUnfinished: hasSeveralPrincipals(config) ? Math.ceil(count / 2) : count,
    concurrency,
    whenLimited: config.CODEX_WHEN_LIMITED
  }
}

/** The stored conversations; undefined where none are to be stored. */
export function conversationsFor(store: Store, config: Config): StoredConversations | undefined {
  if (config.CODEX_THREAD_TTL_HOURS === 0) return undefined
  return new StoredConversations(store, store.records(kindsFor(config).conversation))
}

/** The stored chat completions; undefined where none are to be stored. */
export function completionsFor(store: Store, config: Config): StoredCompletions | undefined {
  if (config.CODEX_THREAD_TTL_HOURS === 0) return undefined
  return new StoredCompletions(store.records(kindsFor(config).completion))
}

/**
 * Checks the store, gives records whose token has got a name to that name, and takes over what gateways before 0.2 stored.
 * What was found and done goes to the log. A gateway whose store cannot be used serves all the same.
 */
export async function prepareStore(store: Store, config: Config, tokens: Tokens): Promise<void> {
  try {
    store.check()
    const { response: kind, conversation, completion } = kindsFor(config)
    const records = store.records(kind)
    for (const each of [records, store.records(conversation), store.records(completion)]) {
      if (!config.CODEX_NATS_URL) each.expire() // else others may have used them since
      for (const [former, now] of tokens.formerOwners) each.adopt(former, now)
    }
    const threads = new ThreadStore(new Tables(store, threadsSchema), threadBounds(config))
    const sessions = new SessionStore(new Tables(store, sessionsSchema))
    for (const [former, now] of tokens.formerOwners) {
      threads.adopt(former, now)
      sessions.adopt(former, now)
      webhooksFor(store, config).adopt(former, now)
      taskStoreOf(store, config).adopt(former, now)
      automationStoreOf(store, config).adopt(former, now)
      environmentTables(store, config).adopt(former, now)
    }
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

function kindsFor({ CODEX_THREAD_TTL_HOURS: hours }: Config) {
  const each = { ...bounds, ttlMs: hours * 3_600_000 }
  return { response: responseKind(each), conversation: conversationKind(each), completion: completionKind(each) }
}
