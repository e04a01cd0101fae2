import { randomBytes } from 'node:crypto'
import {
  DeliverPolicy,
  DiscardPolicy,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType
} from '@nats-io/jetstream'
import type { JetStreamManager } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import { z } from 'zod'
import type { Subjects } from '../wire/subjects.ts'
import type { Claim, Claims, Journal } from './broker.ts'

export interface JournalOptions {
  subjects: Subjects
  replicas: number
  /** Milliseconds that an entry stays, and bytes of all. */
  ageMs: number
  bytes: number
  maxChars: () => number
}

const piece = z.object({ id: z.string(), index: z.number(), count: z.number(), text: z.string() })

const managerOf = (connection: NatsConnection) => jetstreamManager(connection, { timeout: 5_000, checkAPI: false })

async function makeStream(manager: JetStreamManager, name: string, config: Record<string, unknown>): Promise<void> {
  const fixed = { retention: RetentionPolicy.Limits, storage: StorageType.File }
  await manager.streams.add({ name, ...config, ...fixed }).catch(() => manager.streams.update(name, config))
}

/** A stream on the broker's disk. An entry that is larger than a message goes in several. */
export class NatsJournal implements Journal {
  readonly #connection: NatsConnection
  readonly #options: JournalOptions
  readonly #name: string
  readonly #subject: string

  constructor(connection: NatsConnection, options: JournalOptions) {
    this.#connection = connection
    this.#options = options
    this.#name = options.subjects.named('store')
    this.#subject = options.subjects.store
  }

  async prepare(): Promise<string> {
    const { replicas, ageMs, bytes } = this.#options
    const manager = await managerOf(this.#connection)
    await makeStream(manager, this.#name, {
      ...{ subjects: [this.#subject], discard: DiscardPolicy.Old, num_replicas: replicas },
      ...{ max_age: nanos(ageMs), max_bytes: bytes }
    })
    return (await manager.streams.info(this.#name)).created
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

  async *follow(after: number): AsyncGenerator<{ text: string | undefined; sequence: number }> {
    const stream = jetstream(this.#connection)
    const consumer = await stream.consumers.get(this.#name, {
      ...{ deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: after + 1 }
    })
    const open = new Map<string, string[]>()
    for await (const message of await consumer.consume({ max_messages: 200 })) {
      const { data } = piece.safeParse(message.json())
      yield { text: data && whole(open, data), sequence: message.seq }
    }
  }
}

/** The entry, when this is the last of its pieces. */
function whole(open: Map<string, string[]>, { id, index, count, text }: z.output<typeof piece>): string | undefined {
  if (count === 1) return text
  const pieces = open.get(id) ?? []
  open.set(id, pieces)
  if (pieces.length !== index) return undefined // its beginning is gone
  pieces.push(text)
  if (pieces.length < count) return undefined
  open.delete(id)
  return pieces.join('')
}

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
