import { randomBytes } from 'node:crypto'
import { DeliverPolicy, DiscardPolicy, jetstream } from '@nats-io/jetstream'
import type { ConsumerMessages } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import type { Subjects } from '../wire/subjects.ts'
import type { Journal, JournalMessage } from './broker.ts'
import { parsedMessage } from './mail.ts'
import { makeStream, managerOf } from './manager.ts'
import { OpenEntries, piece } from './open-entries.ts'

export interface JournalOptions {
  subjects: Subjects
  replicas: number
  /** Milliseconds that an entry stays, and bytes of all. */
  ageMs: number
  bytes: number
  maxChars: () => number
}

/** Milliseconds that one request for messages is open at the server, and between its signs of life meanwhile. */
const heartbeats = { expires: 10_000, idle_heartbeat: 1_000 }

/** A stream on the broker's disk. An entry that is larger than a message goes in several. */
export class NatsJournal implements Journal {
  readonly #connection: NatsConnection
  readonly #options: JournalOptions
  readonly #name: string
  readonly #subject: string
  readonly #following = new Set<ConsumerMessages>()

  constructor(connection: NatsConnection, options: JournalOptions) {
    this.#connection = connection
    this.#options = options
    this.#name = options.subjects.named('store')
    this.#subject = options.subjects.store
    void this.#stopAfterReconnection()
  }

  async prepare(): Promise<{ id: string; end: number }> {
    const { replicas, ageMs, bytes } = this.#options
    const manager = await managerOf(this.#connection)
    await makeStream(manager, this.#name, {
      ...{ subjects: [this.#subject], discard: DiscardPolicy.Old, num_replicas: replicas },
      ...{ max_age: nanos(ageMs), max_bytes: bytes }
    })
    const { created, state } = await manager.streams.info(this.#name)
    return { id: created, end: state.last_seq }
  }

  async append(text: string): Promise<void> {
    const stream = jetstream(this.#connection, { timeout: 5_000 })
    const size = Math.floor(this.#options.maxChars() / 2) // JSON in JSON: its quotes take two
    const [id, count] = [randomBytes(8).toString('hex'), Math.max(Math.ceil(text.length / size), 1)]
    for (let index = 0; index < count; index += 1)
      await stream.publish(
        this.#subject,
        JSON.stringify({ id, index, count, text: text.slice(index * size, (index + 1) * size) })
      )
  }

  async last(): Promise<number> {
    const manager = await managerOf(this.#connection)
    const { messages, last_seq: last } = (await manager.streams.info(this.#name)).state
    return messages === 0 ? 0 : last // all of them have expired: there is nothing to wait for
  }

  async *follow(after: number): AsyncGenerator<JournalMessage, void, void> {
    const stream = jetstream(this.#connection)
    const start = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: after + 1 }
    const consumer = await stream.consumers.get(this.#name, start)
    const entries = new OpenEntries()
    const messages = await consumer.consume({ max_messages: 200, ...heartbeats })
    this.#following.add(messages)
    try {
      for await (const message of messages) {
        const { data } = piece.safeParse(parsedMessage(message))
        const text = data && entries.add(data, message.seq)
        yield { text, sequence: message.seq, resumeAfter: entries.first(message.seq + 1) - 1 }
      }
    } finally {
      this.#following.delete(messages)
      messages.stop()
      void consumer.delete().catch(() => {}) // it is gone, or goes when it has not been asked for a while
    }
  }

  /** jetstream 3.4.0 goes on by itself, but asks for the next message only after heartbeats were missed. */
  async #stopAfterReconnection(): Promise<void> {
    for await (const { type } of this.#connection.status())
      if (type === 'reconnect') for (const messages of this.#following) messages.stop()
  }
}
