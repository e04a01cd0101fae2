import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { persistentThreadsIn } from '../../../src/codex/threads/persistent-threads.ts'
import { says } from '../../support/upstream/answer.ts'
import { codexAppServer } from '../../support/upstream/codex-app-server.ts'
import { codexBinary, writeCodexHome } from '../../support/upstream/codex-home.ts'
import { startUpstream } from '../../support/upstream/upstream.ts'

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

it('a thread whose forks hold on to its history stays until they are gone; an archived one is found, too', async () => {
  await using upstream = await startUpstream(says('Hi.'))
  await using home = await writeCodexHome(upstream.url)
  const ids: string[] = []
  {
    await using server = await codexAppServer(home)
    const opened = async (method: string, params: object) => {
      const { thread } = await server.request(method, { ephemeral: false, cwd: home.workspace, ...params })
      return (thread as { id: string }).id
    }
    const parent = await opened('thread/start', { historyMode: 'paginated' })
    await server.request('turn/start', { threadId: parent, input: [{ type: 'text', text: 'x', text_elements: [] }] })
    await server.heard('turn/completed')
    ids.push(parent, await opened('thread/fork', { threadId: parent, excludeTurns: true }))
    const archived = await opened('thread/fork', { threadId: parent, excludeTurns: true })
    await server.request('thread/archive', { threadId: archived })
    ids.push(archived)
  }
  const threads = persistentThreadsIn(home.home, codexBinary, home.env)
  const left = async () => (await threads.all()).map(({ threadId }) => threadId).toSorted()
  expect(await left()).toEqual(ids.toSorted())
  await threads.delete(ids[0]!)
  expect(await left()).toEqual(ids.toSorted())
  for (const id of ids.toReversed()) await threads.delete(id)
  expect(await left()).toEqual([])
})
