import { createHash } from 'node:crypto'
import type { Claims } from '../broker/broker.ts'
import { GatewayError } from '../turn/error.ts'
import type { WorkerBeat } from '../wire/messages.ts'

export interface HomesOptions {
  claims: Claims
  /** The workers that take turns at the moment. */
  usable: () => readonly WorkerBeat[]
}

/**
 * Which worker has an owner's threads and sessions. It is chosen once, by the first front end that is asked, among the workers
 * that are there then, and stays that one: what is stored there goes nowhere else.
 */
export class Homes {
  readonly #options: HomesOptions

  constructor(options: HomesOptions) {
    this.#options = options
  }

  /** `workspace`: one that it should have, where the owner has none yet. Rejects with `overloaded` where there is none, or the broker cannot be asked. */
  async of(owner: string, workspace: string): Promise<string> {
    const { claims } = this.#options
    try {
      return await this.#find(owner, workspace)
    } catch (error) {
      if (error instanceof GatewayError) throw error
      await claims.prepare().catch(unusable) // the broker is a new one
      return await this.#find(owner, workspace).catch(unusable)
    }
  }

  async #find(owner: string, workspace: string): Promise<string> {
    const { claims } = this.#options
    const claim = await claims.holder(owner)
    if (claim) return claim.holder
    const worker = this.#choose(owner, workspace)
    if ((await claims.take(owner, worker)) !== undefined) return worker
    return (await claims.holder(owner))?.holder ?? worker // another front end was first
  }

  /** By rendezvous hashing: owners are spread evenly, and nothing need be known of the others. */
  #choose(owner: string, workspace: string): string {
    const serving = this.#options.usable().filter(({ serves }) => serves === true)
    const fitting = serving.filter(({ workspaces }) => workspaces?.includes(workspace) ?? true)
    const weight = (worker: string) => createHash('sha256').update(`${owner}\n${worker}`).digest('hex')
    const [first] = fitting.toSorted((one, other) => (weight(one.worker) < weight(other.worker) ? 1 : -1))
    if (first) return first.worker
    const why = serving.length > 0 ? `no worker has the workspace '${workspace}'` : 'no worker takes turns'
    throw new GatewayError('overloaded', `Threads and sessions are on a worker, and ${why} at the moment.`, {
      retryAfter: 5
    })
  }
}

function unusable(cause: unknown): never {
  if (cause instanceof GatewayError) throw cause
  throw new GatewayError(
    'overloaded',
    'The broker cannot be asked at the moment which worker your threads and sessions are on.',
    { retryAfter: 5, cause }
  )
}
