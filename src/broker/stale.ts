import type { NatsConnection } from '@nats-io/transport-node'

/** What the client does not show: the way to its present server. */
interface Inner {
  protocol?: { transport?: { discard?: () => void } }
}

/**
 * Cuts a connection that has been found dead, for as long as there is one. transport-node 3.4.0 writes to it once more and waits
 * until that has left: with buffers that a dead peer has let fill up, that takes the operating system's quarter of an hour.
 */
export async function dropStale(connection: NatsConnection): Promise<void> {
  const transportNow = () => (connection as unknown as Inner).protocol?.transport
  let transport = transportNow()
  for await (const { type } of connection.status()) {
    if (type === 'reconnect') transport = transportNow()
    if (type === 'staleConnection') transport?.discard?.()
  }
}
