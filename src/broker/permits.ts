import { DiscardPolicy, jetstream, RetentionPolicy, StorageType } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import type { Permits } from './broker.ts'
import { isFull } from './line.ts'
import { managerOf } from './manager.ts'

export interface PermitsOptions {
  /** The name of the stream, and the subject of a key. */
  stream: string
  subject: (key: string) => string
  replicas: number
  /** Who takes permits here. */
  holder: string
}

/** A message for each permit, in the broker's memory: the server counts them, however many front ends there are. */
export class NatsPermits implements Permits {
  readonly #connection: NatsConnection
  readonly #options: PermitsOptions
  #limit = 0

  constructor(connection: NatsConnection, options: PermitsOptions) {
    this.#connection = connection
    this.#options = options
  }

  async limit(count: number): Promise<void> {
    if (count === this.#limit) return
    const { stream, subject, replicas } = this.#options
    const config = {
      ...{ name: stream, subjects: [subject('*')], max_msgs_per_subject: count, num_replicas: replicas },
      ...{ discard: DiscardPolicy.New, discard_new_per_subject: true, max_msgs: 1_000_000 }
    }
    const manager = await this.#manager()
    const first = Date.now() * 1_000 // so that numbers from before its restart are never given again; NATS 2.9 begins with 1
    const fixed = { retention: RetentionPolicy.Limits, storage: StorageType.Memory, first_seq: first }
    await manager.streams.add({ ...config, ...fixed }).catch(() => manager.streams.update(stream, config))
    this.#limit = count
  }

  forget(): void {
    this.#limit = 0
  }

  async take(key: string): Promise<number | undefined> {
    const { subject, holder } = this.#options
    try {
      return (await jetstream(this.#connection, { timeout: 2_000 }).publish(subject(key), holder)).seq
    } catch (error) {
      if (isFull(error)) return undefined
      throw error
    }
  }

  async release(permit: number): Promise<void> {
    const manager = await this.#manager()
    await manager.streams.deleteMessage(this.#options.stream, permit, false)
  }

  async sweep(isInUse: (holder: string, permit: number) => boolean): Promise<void> {
    const manager = await this.#manager()
    const { first_seq: first, last_seq: last } = (await manager.streams.info(this.#options.stream)).state
    for (let permit = first; permit <= last; permit += 1) {
      const found = await manager.streams.getMessage(this.#options.stream, { seq: permit })
      if (found && !isInUse(found.string(), permit)) await this.release(permit).catch(() => {})
    }
  }

  #manager() {
    return managerOf(this.#connection)
  }
}
