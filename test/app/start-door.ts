import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { openFrontEnd } from '../../src/app/front-end.ts'
import { createGateway } from '../../src/app/gateway.ts'
import { storeFor } from '../../src/app/storage.ts'
import { configFrom } from '../../src/config/config.ts'
import { createLog } from '../../src/telemetry/log.ts'
import type { Nats } from '../support/nats.ts'

/** A front end as `serve` makes it, with a store of its own, in this process. */
export async function startDoor(nats: Nats, name: string, settings: Record<string, string> = {}) {
  const home = await mkdtemp(join(tmpdir(), 'door-'))
  const env = {
    ...{ CODEX_CLI_HOME: home, CODEX_NATS_URL: nats.url, CODEX_NATS_NAME: name, CODEX_ENGINE: 'app-server' },
    ...{ CODEX_GATEWAY_TOKEN: 'one,two', CODEX_MODEL: 'gpt-test', CODEX_UNKNOWN_MODEL: 'default', ...settings }
  }
  const config = configFrom(env)
  const store = storeFor(config)
  const frontEnd = await openFrontEnd(config, env, store)
  const shared = await frontEnd.share(store)
  const gateway = createGateway({
    ...{ config, log: createLog({ level: 'silent' }), store, sharedTasks: shared.sharedTasks },
    ...frontEnd
  })
  gateway.server.listen(0, '127.0.0.1')
  await once(gateway.server, 'listening')
  const url = `http://127.0.0.1:${(gateway.server.address() as AddressInfo).port}/v1`
  return {
    url,
    config,
    frontEnd,
    shared,
    store,
    /** Calls an operation; `key` is the caller's token. */
    ask: async (method: string, path: string, body?: object, key = 'one') => {
      const response = await fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) })
      })
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as Record<string, unknown>
      }
    },
    client: (apiKey: string) => new OpenAI({ apiKey, baseURL: url, maxRetries: 0 }),
    async [Symbol.asyncDispose]() {
      await gateway.stop()
      await shared[Symbol.asyncDispose]()
      await frontEnd[Symbol.asyncDispose]()
      store[Symbol.dispose]()
      await rm(home, { recursive: true, force: true })
    }
  }
}

export type Door = Awaited<ReturnType<typeof startDoor>>
