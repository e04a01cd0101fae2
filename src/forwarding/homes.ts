import { createHash } from 'node:crypto'
import type { Claims } from '../broker/broker.ts'
import { GatewayError } from '../turn/error.ts'
import type { WorkerBeat } from '../wire/messages.ts'

export interface HomesOptions {
  claims: Claims
  /** The workers that take turns at the moment. */
  usable: () => readonly WorkerBeat[]
  /** Whether a worker of this name has not been there for so long that it is not coming back at once. */
  isGone: (worker: string) => boolean
}

/** In a claim, after the name of a worker whose threads end with it. */
const ephemeral = ' ephemeral'

/**
 * Which worker has an owner's threads and sessions. It is chosen once, by the first front end that is asked, among the workers
 * that are there then, and stays that one: what is stored there goes nowhere else. Only where the worker has said that nothing
 * of it outlives it, its owners start over on another one when it is gone.
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

  /** The worker that has this owner's; undefined where none has. Rejects with `overloaded` where the broker cannot be asked. */
  async holder(owner: string): Promise<string | undefined> {
    const claim = await this.#options.claims.holder(owner).catch(unusable)
    return claim && nameIn(claim.holder)
  }

  async #find(owner: string, workspace: string): Promise<string> {
    const { claims } = this.#options
    const claim = await claims.holder(owner)
    if (claim && !this.#isLost(claim.holder)) return nameIn(claim.holder)
    const { worker, ephemeral: ends = false } = this.#choose(owner, workspace)
    if ((await claims.take(owner, ends ? worker + ephemeral : worker, claim?.number)) !== undefined) return worker
    return (await this.holder(owner)) ?? worker // another front end was first
  }

  #isLost(holder: string): boolean {
    return holder.endsWith(ephemeral) && this.#options.isGone(nameIn(holder))
  }

  /** Among those that last, where there are any. By rendezvous hashing: owners are spread evenly, and nothing need be known of the others. */
  #choose(owner: string, workspace: string): WorkerBeat {
    const serving = this.#options.usable().filter(({ serves }) => serves === true)
    const fitting = serving.filter(({ workspaces }) => workspaces?.includes(workspace) ?? true)
    const weight = (worker: string) => createHash('sha256').update(`${owner}\n${worker}`).digest('hex')
    const lasting = fitting.filter((beat) => beat.ephemeral !== true)
    const [first] = (lasting.length > 0 ? lasting : fitting).toSorted((one, other) =>
      weight(one.worker) < weight(other.worker) ? 1 : -1
    )
    if (first) return first
    const why = serving.length > 0 ? `no worker has the workspace '${workspace}'` : 'no worker takes turns'
    throw new GatewayError('overloaded', `Threads and sessions are on a worker, and ${why} at the moment.`, {
      retryAfter: 5
    })
  }
}

const nameIn = (holder: string) => holder.replace(ephemeral, '')

function unusable(cause: unknown): never {
  if (cause instanceof GatewayError) throw cause
  throw new GatewayError(
    'overloaded',
    'The broker cannot be asked at the moment which worker your threads and sessions are on.',
    { retryAfter: 5, cause }
  )
}
