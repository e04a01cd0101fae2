import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Target } from './client.ts'

const autocannon = join(import.meta.dirname, '../../node_modules/autocannon/autocannon.js')

/** Small answers a second that a server gives to 32 clients, without pipelining. The load comes from a process of its own. */
export async function answersPerSecond(target: Target, seconds: number): Promise<number> {
  const { answers, duration } = await load(target, ['-d', String(seconds)])
  return answers / duration
}

/** Asks for so many small answers, as fast as they come. */
export async function answers(target: Target, count: number): Promise<void> {
  await load(target, ['-a', String(count)]) // it looks only once a second whether they are complete: no measure of time
}

async function load({ url, token, model }: Target, until: string[]): Promise<{ answers: number; duration: number }> {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Say the word hello.' }] })
  const args = [
    '-j',
    '-n',
    '-c',
    '32',
    ...until,
    '-m',
    'POST',
    '-H',
    `authorization=Bearer ${token}`,
    '-H',
    'content-type=application/json',
    '-b',
    body
  ]
  const child = spawn(process.execPath, [autocannon, ...args, `${url}/v1/chat/completions`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: '' }
  })
  let output = ''
  for await (const chunk of child.stdout) output += String(chunk)
  const result = JSON.parse(output) as { '2xx': number; non2xx: number; errors: number; duration: number }
  if (result.non2xx + result.errors > 0)
    throw new Error(`${result.non2xx} answers were no answers, ${result.errors} did not come`)
  return { answers: result['2xx'], duration: result.duration }
}
