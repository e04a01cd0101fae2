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

export const chat = (model = 'gpt-5.5') => ({ model, messages: [{ role: 'user' as const, content: 'Go on.' }] })

export interface Failed {
  error: { code: string; message: string }
}

export interface LimitedGateway {
  baseURL: string
  upstream: Upstream
  gateway: ConfiguredGateway
  /** Gives out a key, as the command does beside a running gateway; returns its secret. */
  keyFor: (principal: string, narrowed?: Partial<NewKey>) => string
  /** Sends JSON, or asks for it where there is no body. */
  ask: (key: string, path: string, body?: object, headers?: Record<string, string>) => Promise<Response>
}

/** The whole gateway with the real codex, keys and these limits by their subject, once for a file. At the end no process of it is left. */
export function sharedLimitedGateway(
  limits: Record<string, string>,
  settings: Record<string, string> = {}
): () => LimitedGateway {
  let served: LimitedGateway & { close: () => Promise<void> }
  beforeAll(async () => {
    served = await start(limits, settings)
  })
  afterAll(() => served.close())
  return () => served
}

async function start(limits: Record<string, string>, settings: Record<string, string>) {
  const upstream = await startUpstream()
  const folder = await mkdtemp(join(tmpdir(), 'limited-'))
  await mkdir(join(folder, 'workspace'))
  await writeFile(join(folder, 'limits.toml'), tomlFrom(limits))
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

function tomlFrom(limits: Record<string, string>): string {
  return Object.entries(limits)
    .map(([subject, limit]) => `[[rules]]\nsubject = "${subject}"\nlimit = "${limit}"\n`)
    .join('')
}
