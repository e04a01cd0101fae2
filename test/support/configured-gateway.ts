import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Means } from '../../src/codex/process/isolation.ts'
import { configFrom } from '../../src/config/config.ts'
import { openCodex } from '../../src/app/codex.ts'
import type { Codex } from '../../src/app/codex.ts'
import { createGateway } from '../../src/app/gateway.ts'
import { storeFor } from '../../src/app/storage.ts'
import type { GatewayOptions } from '../../src/app/gateway.ts'
import { createLog } from '../../src/telemetry/log.ts'

export interface ConfiguredGateway extends AsyncDisposable {
  /** Base URL, ending in `/v1`. */
  url: string
  server: Server
  codex: Codex
}

/** All of the gateway in this process, with the real codex, put together as `serve` does. Its home is `home` in `folder`, its workspace `workspace`. */
export async function startConfiguredGateway(
  folder: string,
  settings: Record<string, string>,
  means?: Means,
  options: Pick<GatewayOptions, 'page' | 'jwts'> = {}
): Promise<ConfiguredGateway> {
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: folder,
    CODEX_CLI_HOME: join(folder, 'home'),
    CODEX_WORKSPACE: join(folder, 'workspace'),
    CODEX_API_KEY: 'sk-the-provider',
    CODEX_MODEL_REASONING_EFFORT: 'low',
    ...settings
  }
  const config = configFrom(env)
  const store = storeFor(config)
  const codex = await openCodex(config, env, { means, store })
  const gateway = createGateway({
    config,
    engine: codex.engine,
    directory: codex.directory,
    threads: codex.threads,
    remote: codex.remote,
    ledger: codex.ledger,
    store,
    ...options,
    log: createLog({ level: 'silent' })
  })
  gateway.server.listen(0, '127.0.0.1')
  await once(gateway.server, 'listening')
  return {
    url: `http://127.0.0.1:${(gateway.server.address() as AddressInfo).port}/v1`,
    server: gateway.server,
    codex,
    async [Symbol.asyncDispose]() {
      await gateway.stop()
      await codex[Symbol.asyncDispose]()
      store[Symbol.dispose]()
    }
  }
}
