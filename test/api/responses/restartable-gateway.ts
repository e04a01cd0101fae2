import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { GatewayOptions } from '../../../src/app/gateway.ts'
import { startBlockingProxy } from '../../support/blocking-proxy.ts'
import { processesLeftWith } from '../../support/processes.ts'
import { startConfiguredGateway } from '../../support/configured-gateway.ts'
import { startUpstream } from '../../support/upstream/upstream.ts'
import type { Answer } from '../../support/upstream/script.ts'
import type { Upstream } from '../../support/upstream/upstream.ts'

/** A whole gateway with the real codex on a scripted model API, which can be started again on the same home. */
export interface RestartableGateway extends AsyncDisposable {
  readonly upstream: Upstream
  /** Base URL, ending in `/v1`. */
  url: () => string
  restart: (settings?: Record<string, string>) => Promise<void>
  /** Paths of all rollouts below the CLI's home. */
  rollouts: () => Promise<string[]>
  /** All that the CLI's home holds, as paths. */
  files: () => Promise<string[]>
  /** Where the CLI's home is. */
  home: string
}

export const tokens = ['cgw_the-first-token-of-these-tests', 'cgw_the-other-token-of-these-tests'] as const

export async function startRestartableGateway(
  answer: Answer,
  settings: Record<string, string>,
  options?: Pick<GatewayOptions, 'page'>
): Promise<RestartableGateway> {
  const upstream = await startUpstream(answer)
  const folder = await mkdtemp(join(tmpdir(), 'restartable-'))
  await mkdir(join(folder, 'workspace'))
  const home = join(folder, 'home')
  const outside = await startBlockingProxy()
  const from = (more = {}) =>
    startConfiguredGateway(
      folder,
      {
        CODEX_GATEWAY_TOKEN: tokens.join(),
        CODEX_API_BASE_URL: upstream.url,
        HTTPS_PROXY: outside.url,
        ...settings,
        ...more
      },
      undefined,
      options
    )
  let running = await from()
  const files = async () => (await readdir(home, { recursive: true })).toSorted()
  return {
    upstream,
    home,
    url: () => running.url,
    async restart(more = {}) {
      await running[Symbol.asyncDispose]()
      running = await from(more)
    },
    files,
    rollouts: async () => (await files()).filter((path) => path.endsWith('.jsonl')),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
      await outside[Symbol.asyncDispose]()
      expect(outside.hosts).toEqual([])
      expect(await processesLeftWith(folder)).toEqual([])
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}
