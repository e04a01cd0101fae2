import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ended } from './child.ts'
import type { Target } from './client.ts'
import { model, token } from './setting.ts'

/** A gateway as its users run it: a process, from `dist`. */
export interface ServedGateway extends Target, AsyncDisposable {
  pid: number
}

/** This checkout. */
export const here = join(import.meta.dirname, '../..')

export async function startGateway(
  env: Record<string, string>,
  checkout: string = here,
  command: string = 'serve'
): Promise<ServedGateway> {
  const child = spawn(process.execPath, [join(checkout, 'dist/main.js'), command], {
    env,
    cwd: env['CODEX_WORKSPACE'],
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-2000)))
  const lines = createInterface({ input: child.stdout })
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`The gateway did not start: ${output}`)))
    lines.on('line', (line) => {
      const { msg, url } = JSON.parse(line) as { msg: string; url: string }
      if (msg === 'listening' || msg === 'taking turns') resolve(url)
    })
  })
  lines.close()
  child.stdout.resume()
  return { url, token, model, pid: child.pid!, [Symbol.asyncDispose]: () => ended(child, () => child.kill('SIGTERM')) }
}
