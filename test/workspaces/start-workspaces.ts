import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { definitionsFrom } from '../../src/app/definitions.ts'
import type { Means } from '../../src/codex/process/isolation.ts'
import { configFrom } from '../../src/config/config.ts'
import { startConfiguredGateway } from '../support/configured-gateway.ts'
import { processesLeftWith, processesWith } from '../support/processes.ts'
import { says } from '../support/upstream/answer.ts'
import type { Answer } from '../support/upstream/script.ts'
import { runs } from '../support/upstream/tool-calls.ts'
import { startUpstream } from '../support/upstream/upstream.ts'
import type { Upstream } from '../support/upstream/upstream.ts'

export interface Answered {
  status: number
  body: { id?: string; error?: { code: string; param: string | null }; data?: { id: string; state: string }[] }
}

/** A gateway with the real codex and workspaces of several principals. */
export interface StartedWorkspaces extends AsyncDisposable {
  upstream: Upstream
  /** A path in the folder of everything. */
  at: (...parts: string[]) => string
  /** Asks as a principal; a body makes it a POST. `headers` and the path may name a workspace. */
  ask: (name: string, path: string, body?: object, headers?: Record<string, string>) => Promise<Answered>
  /** What a command of the model's prints in a turn. */
  outputOf: (name: string, command: string, body?: object, headers?: Record<string, string>) => Promise<string>
  /** Takes these up as workspaces of the file, as at SIGHUP. */
  reload: (workspaces: readonly object[]) => Promise<void>
  /** The app-servers that run, for one workspace or all. */
  appServers: (home?: string) => string[]
}

export interface WorkspacesSetup {
  workspaces: readonly object[]
  /** Lines of the token file, where the token of a name is `NAME-token`. */
  tokens: readonly string[]
  settings?: Record<string, string>
  means?: Means
}

/** Folders are made for the ids, with a file in each. */
export async function startWorkspaces({
  workspaces,
  tokens,
  settings,
  means
}: WorkspacesSetup): Promise<StartedWorkspaces> {
  const upstream = await startUpstream(says('Done.'))
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'workspaces-')))
  const at = (...parts: string[]) => join(folder, ...parts)
  const write = (list: readonly object[]) => writeFile(at('workspaces.json'), JSON.stringify({ workspaces: list }))
  for (const id of ['ada', 'bob', 'eve', 'other']) {
    await mkdir(at('folders', id), { recursive: true })
    await writeFile(at('folders', id, 'readme'), `${id}-file`)
  }
  await mkdir(at('conf'))
  await writeFile(at('conf', 'tokens'), tokens.join('\n'), { mode: 0o600 })
  await write(workspaces)
  const env = {
    HOME: folder,
    CODEX_CLI_HOME: at('home'),
    CODEX_WORKSPACE: at('workspace'),
    CODEX_GATEWAY_TOKEN_FILE: at('conf', 'tokens'),
    CODEX_WORKSPACES_FILE: at('workspaces.json'),
    CODEX_WORKSPACES_DIR: at('managed'),
    CODEX_API_BASE_URL: upstream.url,
    CODEX_API_KEY: 'sk-the-provider',
    CODEX_MODEL: 'gpt-5.5',
    CODEX_MODEL_ALIASES: JSON.stringify({ 'on-exec': { engine: 'exec' }, 'on-app-server': { engine: 'app-server' } }),
    ...settings
  }
  const gateway = await startConfiguredGateway(folder, env, means)
  const ask: StartedWorkspaces['ask'] = async (name, path, body, headers = {}) => {
    const response = await fetch(gateway.url.replace(/\/v1$/, path), {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${name}-token`, 'content-type': 'application/json', ...headers },
      ...(body && { body: JSON.stringify(body) })
    })
    return { status: response.status, body: (await response.json()) as Answered['body'] }
  }
  return {
    upstream,
    at,
    ask,
    async outputOf(name, command, body = {}, headers) {
      const answer: Answer = runs(command, says('Done.'))
      upstream.answerAll(answer)
      const { status } = await ask(name, '/v1/responses', { input: `${name}-prompt`, ...body }, headers)
      upstream.answerAll(says('Done.'))
      expect(status).toBe(200)
      return JSON.stringify(upstream.requests.at(-1)!.toolOutputs)
    },
    async reload(list) {
      await write(list)
      await gateway.codex.workspaces.replace(definitionsFrom(configFrom(env), env))
    },
    appServers: (home = folder) =>
      processesWith(home).filter((line) => /codex\S* app-server/.test(line) && !line.includes('bwrap')),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
      expect(await processesLeftWith(folder)).toEqual([])
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}
