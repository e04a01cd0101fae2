import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { link, mkdir, mkdtemp, open, realpath, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readRegularFile } from '../../../src/codex/files/regular-file.ts'
import { projectFilesAt } from '../../../src/codex/project/project-files.ts'
import { projectInstructionsAt } from '../../../src/codex/project/project-instructions.ts'
import { tokensIn } from '../../../src/codex/threads/rollouts.ts'

let folder: string
let workspace: string
let path: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'regular-')))
  workspace = join(folder, 'workspace')
  path = join(workspace, 'AGENTS.md')
  await mkdir(join(workspace, '.git'), { recursive: true })
  await writeFile(join(folder, 'secret'), 'the login')
})
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))

const readers: [string, () => Promise<unknown>][] = [
  ['a file', () => readRegularFile(path, { maxBytes: 1_000 })],
  ['instructions', () => projectInstructionsAt(workspace)]
]

/** What a command can put where the gateway reads. */
const traps: [string, () => Promise<unknown>][] = [
  ['a link', () => symlink(join(folder, 'secret'), path)],
  ['a link to itself', () => symlink('AGENTS.md', path)],
  ['a hard link', () => link(join(folder, 'secret'), path)],
  ['a FIFO', async () => execFileSync('mkfifo', [path])],
  ['a device', () => symlink('/dev/zero', path)],
  ['a folder', () => mkdir(path)]
]

describe.each(readers)('%s', (_name, read) => {
  it.each(traps)('is not read through %s', async (_trap, set) => {
    await set()
    expect(await read()).toBeUndefined()
    expect(projectFilesAt(workspace, folder)).toBeTypeOf('string')
  })
})

it('a folder that was replaced by a link is not followed', async () => {
  await mkdir(join(folder, 'hidden'))
  await writeFile(join(folder, 'hidden', 'AGENTS.md'), 'the login')
  await rename(workspace, join(folder, 'moved'))
  await symlink(join(folder, 'hidden'), workspace)
  expect(await projectInstructionsAt(workspace)).toBeUndefined()
})

it('a file that changes places with a link to a secret never shows the secret', async () => {
  await writeFile(path, 'Use tabs.')
  const swap = `ln -sfn "$0/secret" "$0/link"; while :; do mv -T "$0/link" "$0/workspace/AGENTS.md"; ln -s "$0/secret" "$0/link"
    printf "Use tabs." > "$0/plain"; mv -T "$0/plain" "$0/workspace/AGENTS.md"; done`
  const swapping = spawn('/bin/sh', ['-c', swap, folder])
  const texts = new Set<string | undefined>()
  for (const end = performance.now() + 1_500; performance.now() < end;)
    texts.add(await projectInstructionsAt(workspace))
  swapping.kill('SIGKILL')
  await once(swapping, 'exit')
  expect([...texts].filter((text) => text !== undefined && text !== '')).toEqual(['Use tabs.'])
})

it('of a file of 4 GB no more is read than is used, from its beginning or from its end', async () => {
  await writeFile(path, 'Use tabs.')
  await truncate(path, 4_294_967_296)
  const before = process.memoryUsage().rss
  expect(await projectInstructionsAt(workspace)).toHaveLength(32_768)
  expect(await readRegularFile(path, { maxBytes: 10, part: 'last' })).toEqual(Buffer.alloc(10))
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
})

it('the tokens of a thread are its last count, however long the file is', async () => {
  const count = (tokens: number) =>
    `${JSON.stringify({ payload: { type: 'token_count', info: { total_token_usage: { input_tokens: tokens } } } })}\n`
  await writeFile(path, count(1))
  const rollout = await open(path, 'r+')
  await rollout.write(`\n${count(7)}{"payload":{"text":"\\"token_count\\""}}\n`, 3_000_000_000)
  await rollout.close()
  expect(await tokensIn(path)).toMatchObject({ input_tokens: 7, output_tokens: 0 })
})
