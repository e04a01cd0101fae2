import { connect, credsAuthenticator } from '@nats-io/transport-node'
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node'
import type { BrokerAddress } from './address.ts'
import { brokerProblem, refusedConnection } from './problem.ts'
import { dropStale } from './stale.ts'
import { tlsOptionsFor } from './tls.ts'

/** Who connects: shown in the broker's own lists; replies come to subjects below `inbox`. */
export interface BrokerClient {
  name: string
  inbox: string
  /** Milliseconds between two pings; three without an answer, and the connection counts as dead. */
  pingMs?: number
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
    pingInterval: client.pingMs ?? 5_000,
    maxPingOut: 2,
    timeout: 5_000,
    noAsyncTraces: true, // it would note where each request came from, in case that fails: an eighth of a turn
    ...(address.user !== undefined && { user: address.user, pass: address.password ?? '' }),
    ...(address.creds !== undefined && { authenticator: credsAuthenticator(new TextEncoder().encode(address.creds)) }),
    ...(address.tls && { tls: tlsOptionsFor(address) })
  }
  try {
    const connection = await connect(options)
    void dropStale(connection)
    return connection
  } catch (error) {
    throw brokerProblem(refusedConnection(error, address), error)
  }
}
