import type { Store } from '../store/store.ts'
import { Tables } from '../store/tables.ts'
import { addEndpoint } from '../webhooks/endpoints.ts'
import type { EndpointWriter, SealedEndpoint } from '../webhooks/endpoints.ts'
import { webhooksSchema } from '../webhooks/schema.ts'
import type { LeaderCalls } from './leader-calls.ts'
import { unusableError } from './shared-claims.ts'
import type { SharedSeal } from './shared-seal.ts'
import type { ReplicatedStore } from './shared-store.ts'

export interface SharedEndpointsOptions {
  store: Pick<Store, 'add' | 'use' | 'transaction'>
  shared: Pick<ReplicatedStore, 'settled' | 'caughtUp' | 'fresh' | 'isLeading'>
  sharedSeal: Pick<SharedSeal, 'ready'>
  calls: Pick<LeaderCalls, 'on' | 'ask'>
}

/** Webhook endpoints over several front ends: the one that leads adds them, so that an owner never has too many. */
export class SharedEndpoints implements EndpointWriter {
  readonly #options: SharedEndpointsOptions
  readonly #tables: Tables

  constructor(options: SharedEndpointsOptions) {
    this.#options = options
    this.#tables = new Tables(options.store, webhooksSchema)
    options.calls.on('endpoint', ({ endpoint }) => this.#add(endpoint as SealedEndpoint))
  }

  ready(): Promise<void> {
    return this.#options.sharedSeal.ready()
  }

  async add(endpoint: SealedEndpoint): Promise<void> {
    const { calls, shared } = this.#options
    await calls.ask({ op: 'endpoint', endpoint })
    await shared.fresh()
  }

  /** Another one that began to lead before this was stored has not counted it: then it is taken back. */
  async #add(endpoint: SealedEndpoint): Promise<void> {
    const { shared } = this.#options
    await shared.fresh() // what others have deleted makes room
    this.#tables.transaction((connection) => addEndpoint(connection, endpoint))
    try {
      await shared.settled()
      await shared.caughtUp()
      if (!shared.isLeading) throw unusableError('this one does not lead any more')
    } catch (error) {
      this.#tables.use((connection) => connection.run('DELETE FROM webhook_endpoints WHERE id = ?', endpoint.id))
      throw error
    }
  }
}
