import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'

const typescript = join(import.meta.dirname, '../support/typescript.mjs')
const start = (ending: string) => {
  const args = ['--import', typescript, join(import.meta.dirname, 'log-endings.mjs'), ending]
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
}

const messages = (lines: string) =>
  lines
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: string }).msg)

it.each([
  ['ends', ['first', 'last']],
  ['exits', ['first', 'last']],
  ['throws', ['first', 'last']],
  ['is killed after a fatal error', ['first', 'last', 'fatal']]
])('no line of a process that %s is lost', async (ending, expected) => {
  const child = start(ending)
  expect(messages(await text(child.stdout))).toEqual(expected)
})

it('lines are written in batches, soon, while the process goes on', async () => {
  const child = start('waits')
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  expect(messages(chunk.toString())).toEqual(['first', 'last'])
  child.kill('SIGKILL')
  await once(child, 'exit')
})
