import { AckPolicy, DiscardPolicy, jetstream, RetentionPolicy, StorageType } from '@nats-io/jetstream'
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import type { Subjects } from '../wire/subjects.ts'
import type { Ticket } from '../wire/messages.ts'
import { lineLimits } from '../wire/times.ts'
import { LineFull } from './broker.ts'
import type { Line, LineState, OnTicket, Pull } from './broker.ts'
import { NatsPull } from './pull.ts'
import { managerOf } from './manager.ts'

export interface LineOptions {
  subjects: Subjects
  replicas: number
  /** Of this client's replies. */
  inbox: string
}

/** `maximum messages exceeded`, for all and for one subject (nats-server 2.9 to 2.15). */
const storeFailed = 10_077

/**
 * A stream in the broker's memory. A line that is lost with its broker is filled again by the front ends, which have the
 * turns. The number of one owner's tickets is bounded by the server, however many front ends there are: the line is first in,
 * first out, and nobody may stand in it more than a few times.
 */
export class NatsLine implements Line {
  readonly #connection: NatsConnection
  readonly #options: LineOptions
  readonly #stream: JetStreamClient
  #manager: Promise<JetStreamManager> | undefined

  constructor(connection: NatsConnection, options: LineOptions) {
    this.#connection = connection
    this.#options = options
    this.#stream = jetstream(connection, { timeout: 2_000 })
  }

  async prepare(): Promise<void> {
    const { subjects, replicas } = this.#options
    const manager = await this.#managed()
    const config = {
      name: subjects.stream,
      subjects: [subjects.tickets],
      max_msgs: lineLimits.tickets,
      max_msgs_per_subject: lineLimits.perOwner,
      discard: DiscardPolicy.New,
      discard_new_per_subject: true,
      max_age: nanos(lineLimits.ageMs),
      duplicate_window: nanos(1_000),
      num_replicas: replicas
    }
    const fixed = { retention: RetentionPolicy.Workqueue, storage: StorageType.Memory }
    await manager.streams.add({ ...config, ...fixed }).catch(() => manager.streams.update(subjects.stream, config))
    await manager.consumers.add(subjects.stream, {
      durable_name: subjects.consumer,
      filter_subject: subjects.tickets,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(lineLimits.ackWaitMs),
      max_deliver: -1,
      max_ack_pending: 1_000
    })
  }

  async put(owner: string, ticket: Ticket): Promise<number> {
    try {
      const { seq } = await this.#stream.publish(this.#options.subjects.ticket(owner), JSON.stringify(ticket))
      return seq
    } catch (error) {
      throw isFull(error) ? new LineFull('the line is full', { cause: error }) : error
    }
  }

  async remove(number: number): Promise<void> {
    const manager = await this.#managed()
    await manager.streams.deleteMessage(this.#options.subjects.stream, number, false)
  }

  async state(): Promise<LineState> {
    const manager = await this.#managed()
    const { created, state } = await manager.streams.info(this.#options.subjects.stream)
    return { id: created, first: state.first_seq, tickets: state.messages }
  }

  pull(onTicket: OnTicket): Pull {
    const { subjects, inbox } = this.#options
    return new NatsPull(this.#connection, {
      api: `$JS.API.CONSUMER.MSG.NEXT.${subjects.stream}.${subjects.consumer}`,
      inbox: `${inbox}.pull`,
      onTicket
    })
  }

  #managed(): Promise<JetStreamManager> {
    return (this.#manager ??= managerOf(this.#connection))
  }
}

/** Whether the server refused a message because there are as many as may be. */
export function isFull(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return code === storeFailed && /maximum/.test(String(message))
}
