import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { OpenAI } from 'openai-newest'

const token = 'sk-agent-kills-0123456789abcdef'

/** A built gateway as a process of its own, in a folder that earlier ones had, with the official client. */
export interface KilledGateway {
  sessions: OpenAI['beta']['agents']['sessions']
  end: (signal: NodeJS.Signals) => Promise<void>
}

export async function startKilled(folder: string, upstream: string): Promise<KilledGateway> {
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    CODEX_CLI_HOME: join(folder, 'home'),
    CODEX_WORKSPACE: join(folder, 'workspace'),
    CODEX_ENVIRONMENTS_DIR: join(folder, 'environments'),
    CODEX_GATEWAY_TOKEN: token,
    CODEX_API_BASE_URL: upstream,
    CODEX_API_KEY: 'sk-agent-kills-provider',
    CODEX_MODEL: 'gpt-5.5',
    CODEX_MAX_CONCURRENCY: '8'
  }
  const main = join(import.meta.dirname, '../../dist/main.js')
  const child = spawn(process.execPath, [main, 'serve', '127.0.0.1', '0'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let log = ''
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      log += `${line}\n`
      if (line.includes('listening')) resolve((JSON.parse(line) as { url: string }).url)
    })
    child.stderr.on('data', (text: Buffer) => (log += text.toString()))
    child.once('exit', () => reject(new Error(`the gateway ended before it listened: ${log.slice(-2_000)}`)))
  })
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: token, maxRetries: 0 })
  return {
    sessions: client.beta.agents.sessions,
    async end(signal) {
      const exit = once(child, 'exit')
      child.kill(signal)
      await exit
    }
  }
}
