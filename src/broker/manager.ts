import { jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream'
import type { JetStreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'

/** Without a look whether JetStream is there: making a stream finds that out. */
export const managerOf = (connection: NatsConnection) =>
  jetstreamManager(connection, { timeout: 5_000, checkAPI: false })

export async function makeStream(
  manager: JetStreamManager,
  name: string,
  config: Record<string, unknown>
): Promise<void> {
  const fixed = { retention: RetentionPolicy.Limits, storage: StorageType.File }
  await manager.streams.add({ name, ...config, ...fixed }).catch(() => manager.streams.update(name, config))
}
