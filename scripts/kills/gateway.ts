import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A built gateway as a process of its own. */
export interface SpawnedGateway {
  url: string
  /** Sends a signal and waits for the end. Resolves to what it has logged. */
  end: (signal: NodeJS.Signals) => Promise<string>
}

/** Starts one in a folder that earlier ones may have had. Resolves when it listens. */
export async function spawnGateway(folder: string, settings: Record<string, string>): Promise<SpawnedGateway> {
  const main = join(import.meta.dirname, '../../dist/main.js')
  const child = spawn(process.execPath, [main, 'serve', '127.0.0.1', '0'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      CODEX_CLI_HOME: join(folder, 'home'),
      CODEX_WORKSPACE: join(folder, 'workspace'),
      CODEX_MODEL: 'gpt-5.5',
      CODEX_MAX_CONCURRENCY: '8',
      ...settings
    },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let log = ''
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      log += `${line}\n`
      if (line.includes('listening')) resolve((JSON.parse(line) as { url: string }).url)
    })
    child.stderr.on('data', (text: Buffer) => (log += text.toString()))
    // at its exit what it wrote may not have been read
    child.once('close', (code, signal) =>
      reject(new Error(`the gateway ended (${code ?? signal}) before it listened: ${log.slice(-2_000)}`))
    )
  })
  const crashed = (code: number | null, signal: NodeJS.Signals | null) =>
    process.stderr.write(`The gateway has ended by itself (${code ?? signal}): ${log.slice(-4_000)}\n`)
  child.once('exit', crashed)
  return {
    url,
    async end(signal) {
      child.off('exit', crashed)
      const exit = once(child, 'exit')
      child.kill(signal)
      await exit
      return log
    }
  }
}
