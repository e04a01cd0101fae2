import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { says } from '../support/upstream/answer.ts'
import { connectRaw, joinRaw } from './raw-client.ts'
import type { RawClient } from './raw-client.ts'
import { startRemote } from './start-remote.ts'

let store: string
beforeAll(async () => {
  store = await mkdtemp(join(tmpdir(), 'homes-store-'))
})
afterAll(() => rm(store, { recursive: true, force: true }))

const input = (text: string) => [{ type: 'text', text, text_elements: [] }]
const turn = async (client: RawClient, threadId: string, text: string) => {
  await client.request('turn/start', { threadId, input: input(text) })
  await client.heard(({ method }) => method === 'turn/completed')
}
const archive = async () => {
  const [name] = await readdir(join(store, 'default.tar.gz'))
  return gunzipSync(await readFile(join(store, 'default.tar.gz', name!))).toString('latin1')
}

it('a thread goes on at another gateway, with its name; one at a time has it; no secret is in the store', async () => {
  const settings = { CODEX_HOMES_STORE: store, CODEX_HOMES_SAVE_SECONDS: '1' }
  let threadId: string
  {
    await using one = await startRemote(settings)
    one.upstream.answerNext(says('Good morning.'))
    await using client = await joinRaw(one.url, one.token)
    const { thread } = await client.request('thread/start', {})
    threadId = (thread as { id: string }).id
    await turn(client, threadId, 'the first question')
    await client.request('thread/name/set', { threadId, name: 'A name' })
    await expect.poll(() => archive().catch(() => '')).toContain('the first question') // while it runs
    await using two = await startRemote(settings)
    await using early = await connectRaw(two.url, two.token)
    const { error } = await early.ask('initialize', { clientInfo: { name: 'raw', version: '1' } })
    expect(error?.message).toMatch(/^The workspace default runs on another gateway now \(/)
  }
  await mkdir(store, { recursive: true })
  await using two = await startRemote(settings)
  await using client = await joinRaw(two.url, two.token)
  expect((await client.request('thread/list'))['data']).toMatchObject([{ id: threadId, name: 'A name' }])
  expect(JSON.stringify(await client.request('thread/resume', { threadId }))).toContain('Good morning.')
  await turn(client, threadId, 'the second question')
  await client.request('thread/name/set', { threadId, name: 'Another name' })
  await two.gateway[Symbol.asyncDispose]()
  const saved = await archive()
  for (const text of ['the second question', 'Another name']) expect(saved).toContain(text)
  for (const text of [two.token, 'sk-the-provider', 'ws-token']) expect(saved).not.toContain(text)
})
