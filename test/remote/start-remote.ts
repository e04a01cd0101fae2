import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Means } from '../../src/codex/process/isolation.ts'
import type { GatewayOptions } from '../../src/app/gateway.ts'
import { startConfiguredGateway } from '../support/configured-gateway.ts'
import type { ConfiguredGateway } from '../support/configured-gateway.ts'
import { startUpstream } from '../support/upstream/upstream.ts'
import type { Upstream } from '../support/upstream/upstream.ts'

export interface RemoteGateway extends AsyncDisposable {
  /** `ws://127.0.0.1:PORT` */
  readonly url: string
  /** Base URL of the APIs, ending in `/v1`. */
  readonly api: string
  readonly token: string
  readonly upstream: Upstream
  readonly gateway: ConfiguredGateway
  /** The folder with home and workspace. */
  readonly folder: string
  /** The folder that codex works in. */
  readonly workspace: string
}

export const token = 'a-token-of-the-gateway'

/** The gateway with remote clients, the real codex and a scripted model API. */
export async function startRemote(
  settings: Record<string, string> = {},
  means?: Means,
  options: Pick<GatewayOptions, 'jwts'> = {}
): Promise<RemoteGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'remote-'))
  const workspace = join(folder, 'workspace')
  await mkdir(workspace)
  const upstream = await startUpstream()
  const gateway = await startConfiguredGateway(
    folder,
    {
      CODEX_REMOTE: '1',
      CODEX_GATEWAY_TOKEN: token,
      CODEX_API_BASE_URL: upstream.url,
      CODEX_MODEL: 'gpt-5.5',
      ...settings
    },
    means,
    options
  )
  const api = gateway.url
  return {
    ...{ url: api.replace(/^http/, 'ws').replace(/\/v1$/, ''), api, token, upstream, gateway, folder, workspace },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}
