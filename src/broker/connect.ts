import { connect, credsAuthenticator } from '@nats-io/transport-node'
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node'
import { GatewayError } from '../turn/error.ts'
import { tlsOptionsFor } from './tls.ts'

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
    ...(address.tls && { tls: tlsOptionsFor(address) })
  }
  try {
    return await connect(options)
  } catch (error) {
    throw new GatewayError(
      'engine_stopped',
      `The broker (CODEX_NATS_URL) cannot be used: ${reasonOf(error, address)}`,
      {
        cause: error
      }
    )
  }
}

const isThere = 'Is a NATS server running there?'

/** What is wrong and what to do, without the URL's credentials, which the client never sees. */
function reasonOf(error: unknown, { tls, ca, user, creds }: BrokerAddress): string {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) }
  const code = (error as { code?: unknown }).code
  if (name === 'AuthorizationError' || /authorization/i.test(message))
    return user === undefined && creds === undefined
      ? 'it wants to know who connects. Write nats://user:password@… in CODEX_NATS_URL, or set CODEX_NATS_CREDS.'
      : 'it refuses the user and password, or CODEX_NATS_CREDS.'
  if (/does not support 'tls'/.test(message))
    return 'it does not speak TLS. Give the server a certificate (tls in its file), or write nats:// in CODEX_NATS_URL.'
  if (!tls && /certificate/i.test(message)) return 'it wants TLS. Write tls:// in CODEX_NATS_URL.'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is for another name. Write one in CODEX_NATS_URL that it is for (${message}).`
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired. Renew it at the server.'
  if (/certificate|self.signed|SSL|TLS/i.test(message))
    return ca === undefined
      ? `its certificate was not accepted (${message}). Set CODEX_NATS_CA to its certificate authority.`
      : `its certificate is not of the authority in CODEX_NATS_CA (${message}).`
  if (/undefined error/.test(message)) return `it closed the connection. ${isThere}`
  if (/unexpected response/.test(message)) return 'what answers there is no NATS server. Is it the port for clients?'
  if (message === 'timeout') return `it does not answer. ${isThere}`
  return `${message.replace(/\.$/, '')}. ${isThere}`
}
