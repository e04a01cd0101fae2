import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const token = 'sk-task-kills-0123456789abcdef'

/** A built gateway as a process of its own, in a folder that earlier ones had. */
export interface KilledGateway {
  /** Calls a path below `/api/tasks`, and reads its JSON. Rejects where the gateway is gone. */
  call: (method: string, path: string, body?: object, headers?: Record<string, string>) => Promise<unknown>
  text: (path: string) => Promise<string>
  /** Both resolve with what it has logged. */
  kill: () => Promise<string>
  stop: () => Promise<string>
}

export async function startKilled(
  folder: string,
  { upstream, receiver }: { upstream: string; receiver: number }
): Promise<KilledGateway> {
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    CODEX_CLI_HOME: join(folder, 'home'),
    CODEX_WORKSPACE: join(folder, 'workspace'),
    CODEX_GATEWAY_TOKEN: token,
    CODEX_API_BASE_URL: upstream,
    CODEX_API_KEY: 'sk-task-kills-provider',
    CODEX_MODEL: 'gpt-5.5',
    CODEX_SANDBOX: 'danger-full-access',
    CODEX_MAX_CONCURRENCY: '8',
    CODEX_TASK_ENV: 'MARKER_SECRET',
    CODEX_WEBHOOK_HOSTS: `127.0.0.1:${receiver}`,
    CODEX_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  }
  const main = join(import.meta.dirname, '../../dist/main.js')
  const child = spawn(process.execPath, [main, 'serve', '127.0.0.1', '0'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let log = ''
  const url = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      log += `${line}\n`
      if (line.includes('listening')) resolve((JSON.parse(line) as { url: string }).url)
    })
    child.stderr.on('data', (text: Buffer) => (log += text.toString()))
    child.once('exit', () => reject(new Error(`the gateway ended before it listened: ${log.slice(-2_000)}`)))
  })
  const base = await url
  const end = async (signal: NodeJS.Signals) => {
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
    return log
  }
  const fetched = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    fetch(`${base}/api/tasks${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) })
    })
  return {
    call: async (...request) => (await fetched(...request)).json(),
    text: async (path) => (await fetched('GET', path)).text(),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM')
  }
}
