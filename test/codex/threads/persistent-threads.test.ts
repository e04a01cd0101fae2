import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { codexBinary, writeCodexHome } from '../../support/upstream/codex-home.ts'

const loader = join(import.meta.dirname, '../../support/typescript.mjs')
const script = join(import.meta.dirname, 'delete-with-few-descriptors.ts')

it('a thread that cannot be deleted for want of descriptors stays, the process too, and it is deleted once there are some', async () => {
  await using home = await writeCodexHome('http://127.0.0.1:9/v1')
  const threadId = '01a1fc3a-2a86-7a61-9f6f-8fa20d404cae'
  const began = new Date(Number.parseInt('01a1fc3a2a86', 16)).toISOString().slice(0, 10)
  const folder = join(home.home, 'sessions', ...began.split('-'))
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `rollout-${began}T00-00-00-${threadId}.jsonl`), '{}\n')
  const args = ['--import', loader, script, codexBinary, home.home, threadId]
  const run = await execa(process.execPath, args, { reject: false })
  const outcomes = run.stdout.split('\n').map((line) => line.split(' ')[1])
  expect(run).toMatchObject({ exitCode: 0, stderr: '' })
  expect(outcomes.length).toBeGreaterThan(2)
  expect(outcomes.slice(0, -1).every((outcome) => outcome === 'overloaded')).toBe(true)
  expect(outcomes.at(-1)).toBe('deleted')
  expect(await readdir(folder)).toEqual([])
})
