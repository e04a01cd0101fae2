import { connect, credsAuthenticator } from '@nats-io/transport-node'
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node'
import { GatewayError } from '../turn/error.ts'

/** Where the broker is and who connects. Texts, not files: they were read and checked with the settings. */
export interface BrokerAddress {
  servers: readonly string[]
  user?: string | undefined
  password?: string | undefined
  /** The text of a `.creds` file. */
  creds?: string | undefined
  /** A PEM text. */
  ca?: string | undefined
  tls: boolean
}

/** Who connects: shown in the broker's own lists; replies come to subjects below `inbox`. */
export interface BrokerClient {
  name: string
  inbox: string
}

/** Connects, and reconnects for ever. Throws a `GatewayError` that says what to do where nobody can be reached or the credentials are wrong. */
export async function connectTo(address: BrokerAddress, client: BrokerClient): Promise<NatsConnection> {
  const options: NodeConnectionOptions = {
    servers: [...address.servers],
    name: client.name,
    inboxPrefix: client.inbox,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    reconnectJitter: 100,
    reconnectJitterTLS: 100,
    pingInterval: 5_000,
    maxPingOut: 2,
    timeout: 5_000,
    ...(address.user !== undefined && { user: address.user, pass: address.password ?? '' }),
    ...(address.creds !== undefined && { authenticator: credsAuthenticator(new TextEncoder().encode(address.creds)) }),
    ...(address.tls && { tls: address.ca === undefined ? {} : { ca: address.ca } })
  }
  try {
    return await connect(options)
  } catch (error) {
    throw new GatewayError('engine_stopped', `The broker (CODEX_NATS_URL) cannot be used: ${reasonOf(error)}`, {
      cause: error
    })
  }
}

/** Without the URL's credentials, which the client never sees. */
function reasonOf(error: unknown): string {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) }
  if (name === 'AuthorizationError' || /authorization/i.test(message))
    return 'it refuses the user and password, or CODEX_NATS_CREDS.'
  if (/certificate|self.signed|SSL|TLS/i.test(message))
    return `its certificate was not accepted (${message}). Set CODEX_NATS_CA to its certificate authority.`
  if (/undefined error/.test(message)) return 'it closed the connection. Is a NATS server running there?'
  return `${message.replace(/\.$/, '')}. Is a NATS server running there?`
}
