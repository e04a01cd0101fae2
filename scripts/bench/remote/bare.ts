import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { quietFlags } from '../../../src/codex/home/settings.ts'
import type { WorkspaceRegistry } from '../../../src/workspaces/registry.ts'
import type { Address } from './connection.ts'

const token = 'the-token-of-the-bare-app-server'

/** A codex app-server on a socket, with nothing around it. */
export interface BareListener extends Address, AsyncDisposable {}

/** Starts one, in the home and with the settings that the gateway's own would have, which must have been prepared. */
export async function startBareListener(workspaces: WorkspaceRegistry): Promise<BareListener> {
  const { folder, homes } = workspaces.default
  const listen = ['--listen', 'ws://127.0.0.1:0', '--ws-auth', 'capability-token']
  const args = ['app-server', ...listen, '--ws-token-sha256', hash('sha256', token, 'hex'), ...quietFlags]
  const child = spawn(workspaces.codex.binary.path, args, {
    env: { ...homes.ephemeral.env, CODEX_HOME: join(homes.ephemeral.path, '../.codex-remote') },
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe']
  })
  const exited = once(child, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const [, found] = /listening on: (ws:\/\/[\d.]+:\d+)\s/.exec(text) ?? []
      if (found !== undefined) resolve(found)
    })
    child.once('exit', () => reject(new Error(`The bare app-server did not start: ${text}`)))
  })
  return {
    url,
    token,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    }
  }
}
