import { destinationsFrom } from '../http/outgoing/destinations.ts'
import { poster } from '../http/outgoing/post.ts'
import type { Post, PostOptions } from '../http/outgoing/post.ts'
import type { Connection } from '../store/connection.ts'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import { Tables } from '../store/tables.ts'
import { GatewayError } from '../turn/error.ts'
import { Endpoints } from './endpoints.ts'
import type { Endpoint, EndpointWriter } from './endpoints.ts'
import { bodyOf, newWebhookId } from './event.ts'
import type { WebhookEvent, WebhookTarget } from './event.ts'
import { Outbox } from './outbox.ts'
import { webhooksSchema } from './schema.ts'
import { isWebhookSecret, secretFrom, signedHeaders } from './secret.ts'
import { Sender } from './sender.ts'

export interface WebhooksOptions extends Pick<PostOptions, 'resolve' | 'ca'> {
  store: Store
  /** Seals the secrets in it. */
  seal: Seal
  /** Opens secrets that were sealed before `seal` was used. */
  formerSeal?: Seal | undefined
  /** Adds endpoints, where several gateways share them. */
  writer?: EndpointWriter | undefined
  /** Where messages may be sent, as `destinationsFrom` reads it; empty: there are no webhooks. */
  hosts: readonly string[]
  /** Signs what goes to a URL that came without a secret. */
  secret: string | undefined
  /** Log-safe name of an owner. */
  nameOf: (owner: string) => string
}

/** What happens is reported to it. */
export type Publisher = Pick<Webhooks, 'publish'>

/** Milliseconds that a receiver has to answer. */
const timeoutMs = 15_000
/** Messages of one owner that may wait. */
const maxWaiting = 10_000

/**
 * Messages to receivers that an owner has registered or a request has named: stored with what they report, signed, and sent at least
 * once, however often the gateway ends meanwhile. Nothing is opened before it is used.
 */
export class Webhooks implements AsyncDisposable {
  readonly endpoints: Endpoints
  readonly #outbox: Outbox
  readonly #sender: Sender
  readonly #options: WebhooksOptions
  readonly #refusal: (url: string) => string | undefined
  readonly #post: Post
  readonly #tables: Tables

  constructor(options: WebhooksOptions) {
    const { store, seal, formerSeal, writer, hosts, secret, nameOf, resolve, ca } = options
    const seals = [seal, ...(formerSeal ? [formerSeal] : [])] as const
    const destinations = destinationsFrom(hosts)
    this.#options = options
    this.#refusal = destinations.refusal
    this.#post = poster({ destinations, timeoutMs, resolve, ca })
    this.#tables = new Tables(store, webhooksSchema)
    this.endpoints = new Endpoints(this.#tables, seals, writer)
    this.#outbox = new Outbox(this.#tables, seal)
    this.#sender = new Sender({
      outbox: this.#outbox,
      post: this.#post,
      secret,
      open: (sealed) => secretFrom(seals, sealed),
      mark: () => store.presence.id,
      isAlive: (mark) => store.presence.isAlive(mark),
      warn: ({ owner, ...fields }, message) => store.warn({ ...fields, principal: nameOf(String(owner)) }, message)
    })
  }

  /** Whether the operator allows any. */
  get isOn(): boolean {
    return this.#options.hosts.length > 0
  }

  /** Begins to send: also what was left when the gateway ended. */
  start(): void {
    if (this.isOn) this.#sender.wake()
  }

  /**
   * Stores an event for those who want it, in the transaction that stores what it reports, and sends it when that is committed. An event
   * is stored for `target` too, which was checked before. One of the Agents API, before which nobody checks the room, is left out where
   * there is none.
   */
  publish(connection: Connection, owner: string, event: WebhookEvent, target?: WebhookTarget): void {
    if (!this.isOn) return
    this.#tables.addWithin()
    if (event.type.startsWith('agent.') && this.#outbox.count(owner, connection) >= maxWaiting) return
    if (this.#outbox.add(connection, owner, event, target) > 0) setImmediate(this.#sender.wake)
  }

  /** Stores events of another machine for the receivers of their owner, and sends them. */
  receive(owner: string, events: readonly WebhookEvent[]): void {
    if (!this.isOn) return
    this.#tables.transaction((connection) => {
      for (const event of events) this.publish(connection, owner, event)
    })
  }

  /** Resolves when what was changed here is so at all gateways that share endpoints, or later where they cannot be reached. */
  async settled(): Promise<void> {
    await this.#options.store.shared?.settled().catch(() => {})
  }

  /** Throws where a URL may not be a receiver; `param` is its field. */
  checkUrl(url: string, param: string): void {
    if (!this.isOn) throw new GatewayError('unsupported', off, { param })
    const refusal = this.#refusal(url)
    if (refusal === undefined) return
    throw new GatewayError('invalid_request', `Nothing can be sent to '${param}': ${refusal}.`, { param })
  }

  /** Throws where an event could not be sent to a receiver that a request names in the field `param`. */
  checkTarget({ url, secret }: WebhookTarget, param: string): void {
    this.checkUrl(url, param)
    if (secret !== undefined ? isWebhookSecret(secret) : this.#options.secret !== undefined) return
    const message = secret === undefined ? noSecret : "A secret must be 'whsec_' and base64 of 24 to 64 bytes."
    throw new GatewayError('invalid_request', message, { param })
  }

  /** Throws where an owner's receivers have not taken so much that there must not be more. To be called before work is accepted. */
  checkRoom(owner: string): void {
    if (!this.isOn || this.#outbox.count(owner) < maxWaiting) return
    throw new GatewayError(
      'rate_limited',
      'Your webhook receivers have not taken too many messages. Repair them, or delete their endpoints.',
      { retryAfter: 60 }
    )
  }

  /** Sends a sample to an endpoint now. Resolves to the status that it answers with; rejects with a `PostError`. */
  test({ url, secret }: Endpoint, { type, data }: WebhookEvent, signal: AbortSignal): Promise<number> {
    const [id, body] = [newWebhookId('wh'), bodyOf({ type, data })]
    return this.#post(url, signedHeaders({ id, body }, [secret]), body, signal)
  }

  /** Gives an owner's endpoints and messages to another. */
  adopt(from: string, to: string): void {
    this.#tables.transaction((connection) => {
      for (const table of ['webhook_endpoints', 'webhook_deliveries'])
        connection.run(`UPDATE ${table} SET owner = ? WHERE owner = ?`, to, from)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sender[Symbol.asyncDispose]()
  }
}

const off = 'The operator allows no webhooks here: CODEX_WEBHOOK_HOSTS is empty.'
const noSecret =
  "Send a secret ('whsec_' and base64) with the URL: the operator has set no CODEX_WEBHOOK_SECRET to sign with."
