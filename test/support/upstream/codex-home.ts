import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { fewCertificates } from '../../../src/codex/home/certificates.ts'

/** The native binary of the bundled package. */
export const codexBinary = join(
  import.meta.dirname,
  '../../../node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex'
)

/** Folders for a codex run by hand, all inside one that is removed at the end. */
export interface CodexHome extends AsyncDisposable {
  /** For the variable CODEX_HOME. */
  readonly home: string
  /** An empty folder to work in. */
  readonly workspace: string
  /** The child's whole environment: this home, the key, a PATH, and whom to trust. */
  readonly env: Record<string, string>
}

interface Options {
  model?: string | undefined
  /** Retries of a request and of a torn stream. Default 0, so that failures are quick. */
  retries?: number | undefined
  /** More of config.toml. */
  config?: Record<string, unknown> | undefined
  /** More of the provider's entry. */
  provider?: Record<string, unknown> | undefined
}

/** Writes a codex home whose model provider is the Responses API at `url`. */
export async function writeCodexHome(url: string, options: Options = {}): Promise<CodexHome> {
  const root = await mkdtemp(join(tmpdir(), 'codex-home-'))
  const [home, workspace] = [join(root, 'home'), join(root, 'workspace')]
  await Promise.all([mkdir(home), mkdir(workspace)])
  await writeFile(join(home, 'config.toml'), stringify(configFor(url, workspace, options)))
  const quick = await fewCertificates(home, {}, { baseUrl: url, mcpServers: [] }) // a third of each turn
  return {
    home,
    workspace,
    env: { HOME: root, CODEX_HOME: home, SCRIPTED_API_KEY: 'sk-scripted', PATH: process.env['PATH'] ?? '', ...quick },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 5 })
  }
}

function configFor(url: string, workspace: string, { model = 'gpt-5.5', retries = 0, config, provider }: Options) {
  return {
    model,
    model_provider: 'scripted',
    analytics: { enabled: false },
    skills: { include_instructions: false, bundled: { enabled: false } }, // a fifth of the start
    features: { plugins: false, unbounded_connection_retries: false },
    projects: { [workspace]: { trust_level: 'untrusted' } },
    ...config,
    model_providers: {
      scripted: {
        name: 'scripted',
        base_url: url,
        wire_api: 'responses',
        env_key: 'SCRIPTED_API_KEY',
        request_max_retries: retries,
        stream_max_retries: retries,
        ...provider
      }
    }
  }
}
