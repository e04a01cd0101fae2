import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { ApiKeys } from '../../src/access/api-keys.ts'
import type { NewKey } from '../../src/access/api-keys.ts'
import { Store } from '../../src/store/store.ts'
import { startConfiguredGateway } from '../support/configured-gateway.ts'
import type { ConfiguredGateway } from '../support/configured-gateway.ts'
import { processesLeftWith } from '../support/processes.ts'
import { startUpstream } from '../support/upstream/upstream.ts'
import type { Upstream } from '../support/upstream/upstream.ts'

export interface LimitedGateway {
  baseURL: string
  upstream: Upstream
  gateway: ConfiguredGateway
  /** Gives out a key, as the command does beside a running gateway; returns its secret. */
  keyFor: (principal: string, narrowed?: Partial<NewKey>) => string
  /** Sends JSON, or asks for it where there is no body. */
  ask: (key: string, path: string, body?: object, headers?: Record<string, string>) => Promise<Response>
}

/** The whole gateway with the real codex, keys and these rules of limits, once for a file. At the end no process of it is left. */
export function sharedLimitedGateway(limits: string, settings: Record<string, string> = {}): () => LimitedGateway {
  let served: LimitedGateway & { close: () => Promise<void> }
  beforeAll(async () => {
    served = await start(limits, settings)
  })
  afterAll(() => served.close())
  return () => served
}

async function start(limits: string, settings: Record<string, string>) {
  const upstream = await startUpstream()
  const folder = await mkdtemp(join(tmpdir(), 'limited-'))
  await mkdir(join(folder, 'workspace'))
  await writeFile(join(folder, 'limits.toml'), limits)
  const gateway = await startConfiguredGateway(folder, {
    CODEX_API_BASE_URL: upstream.url,
    CODEX_ENGINE: 'app-server',
    CODEX_LIMITS_FILE: join(folder, 'limits.toml'),
    ...settings
  })
  const store = new Store({ folder: join(folder, 'home', 'gateway') })
  const keys = new ApiKeys(store)
  return {
    baseURL: gateway.url,
    upstream,
    gateway,
    keyFor: (principal: string, narrowed: Partial<NewKey> = {}) =>
      keys.create({ name: principal, principal, scopes: ['api'], ...narrowed }).secret,
    ask: (key: string, path: string, body?: object, headers: Record<string, string> = {}) =>
      fetch(gateway.url + path, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
        ...(body && { body: JSON.stringify(body) })
      }),
    async close() {
      store[Symbol.dispose]()
      for (const part of [gateway, upstream]) await part[Symbol.asyncDispose]()
      expect(await processesLeftWith(folder)).toEqual([])
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}
