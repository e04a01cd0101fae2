import { DiscardPolicy, jetstream } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import type { Claim, Claims } from './broker.ts'
import { makeStream, managerOf } from './manager.ts'

export interface ClaimsOptions {
  /** Of the stream. */
  name: string
  /** Of all keys, and of one. */
  subjects: string
  subject: (key: string) => string
  replicas: number
  /** Milliseconds that a claim stays; 0: for ever. */
  ageMs: number
}

/** One message a key, which only the first can write. */
export class NatsClaims implements Claims {
  readonly #connection: NatsConnection
  readonly #options: ClaimsOptions

  constructor(connection: NatsConnection, options: ClaimsOptions) {
    this.#connection = connection
    this.#options = options
  }

  async prepare(): Promise<void> {
    const { name, subjects, replicas, ageMs } = this.#options
    await makeStream(await managerOf(this.#connection), name, {
      // of what stays for ever, nothing makes room for more
      ...{ subjects: [subjects], discard: ageMs === 0 ? DiscardPolicy.New : DiscardPolicy.Old, num_replicas: replicas },
      ...{ max_age: nanos(ageMs), max_msgs_per_subject: 1, max_bytes: 67_108_864 }
    })
  }

  async take(key: string, holder: string, after = 0): Promise<number | undefined> {
    const stream = jetstream(this.#connection, { timeout: 5_000 })
    const expect = { lastSubjectSequence: after }
    try {
      return (await stream.publish(this.#options.subject(key), holder, { expect })).seq
    } catch (error) {
      if ((error as { code?: unknown }).code === wrongLastSequence) return undefined
      throw error
    }
  }

  async holder(key: string): Promise<Claim | undefined> {
    const { name, subject } = this.#options
    const manager = await managerOf(this.#connection)
    const found = await manager.streams.getMessage(name, { last_by_subj: subject(key) })
    return found ? { holder: found.string(), number: found.seq } : undefined
  }

  async release(key: string): Promise<void> {
    const { name, subject } = this.#options
    const manager = await managerOf(this.#connection)
    await manager.streams.purge(name, { filter: subject(key) })
  }
}

const wrongLastSequence = 10_071
