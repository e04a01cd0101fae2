import { rm } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { says } from '../../support/upstream/answer.ts'
import { codexAppServer } from '../../support/upstream/codex-app-server.ts'
import type { AppServer } from '../../support/upstream/codex-app-server.ts'
import { writeCodexHome } from '../../support/upstream/codex-home.ts'
import type { CodexHome } from '../../support/upstream/codex-home.ts'
import { startUpstream } from '../../support/upstream/upstream.ts'
import type { Upstream } from '../../support/upstream/upstream.ts'
import { startHomes } from './start-home.ts'
import type { StartedHomes } from './start-home.ts'

let upstream: Upstream
let homes: StartedHomes
let first: CodexHome
const thread = { id: '' }

const open = ({ home: codexHome }: CodexHome) => homes.open('', { codexHome })
const turn = async (server: AppServer, text: string) => {
  await server.request('turn/start', { threadId: thread.id, input: [{ type: 'text', text, text_elements: [] }] })
  await server.heard('turn/completed')
}
const listed = async (server: AppServer) => {
  const { data } = await server.request('thread/list', {})
  return (data as { id: string; name: string | null }[]).map(({ id, name }) => ({ id, name }))
}
const goal = async (server: AppServer) => {
  const answer = await server.request('thread/goal/get', { threadId: thread.id })
  return (answer['goal'] as { objective: string } | null)?.objective
}

/** A thread with a name and a goal, saved while codex runs: its databases are all but empty, and all is in their logs. */
beforeAll(async () => {
  upstream = await startUpstream(says('Hi.'))
  homes = await startHomes()
  first = await writeCodexHome(upstream.url)
  await using saved = await open(first)
  await using server = await codexAppServer(first)
  const { thread: started } = await server.request('thread/start', { ephemeral: false, cwd: first.workspace })
  thread.id = (started as { id: string }).id
  await turn(server, 'the first question')
  await server.request('thread/name/set', { threadId: thread.id, name: 'A name' })
  await server.request('thread/goal/set', { threadId: thread.id, objective: 'A goal' })
  await saved.save({ running: true })
})

afterAll(async () => {
  await first[Symbol.asyncDispose]()
  await homes[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

it('an archive holds a thread with its databases and no secret of the run', async () => {
  const archive = gunzipSync(await homes.stored('site.tar.gz')).toString('latin1')
  for (const text of ['the first question', 'A name', 'A goal', 'state_5.sqlite-wal']) expect(archive).toContain(text)
  for (const text of ['sk-scripted', upstream.url, 'installation_id', 'logs_2']) expect(archive).not.toContain(text)
})

it('a thread comes back at another path: in the list, with its text, and it goes on', async () => {
  await using second = await writeCodexHome(upstream.url)
  await using saved = await open(second)
  expect([...saved.names]).toEqual([[thread.id, 'A name']])
  await using server = await codexAppServer(second)
  for (const [threadId, name] of saved.names) await server.request('thread/name/set', { threadId, name })
  expect(await listed(server)).toEqual([{ id: thread.id, name: 'A name' }])
  expect(await goal(server)).toBe('A goal')
  await server.request('thread/resume', { threadId: thread.id })
  await turn(server, 'elsewhere')
  const { input } = upstream.requests.at(-1)!.body as { input: unknown }
  expect(JSON.stringify(input)).toMatch(/the first question.*Hi\..*elsewhere/)
})

it('at the same path all of it comes back, from another machine’s disk as from none', async () => {
  for (const name of ['sessions', 'state_5.sqlite', 'state_5.sqlite-wal', 'goals_1.sqlite', 'goals_1.sqlite-wal'])
    await rm(`${first.home}/${name}`, { recursive: true, force: true })
  await rm(`${first.home}/.gateway-saved.json`)
  await using saved = await open(first)
  expect(saved.names.size).toBe(0)
  {
    await using server = await codexAppServer(first)
    expect(await listed(server)).toEqual([{ id: thread.id, name: 'A name' }])
    expect(await goal(server)).toBe('A goal')
    await server.request('thread/resume', { threadId: thread.id })
    await turn(server, 'and on')
  }
  await saved.save({ running: false })
  expect(gunzipSync(await homes.stored('site.tar.gz')).toString('latin1')).toContain('and on')
})
