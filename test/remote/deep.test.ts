import { afterAll, beforeAll, expect, it } from 'vitest'
import { joinRaw } from './raw-client.ts'
import { startRemote } from './start-remote.ts'
import type { RemoteGateway } from './start-remote.ts'

let remote: RemoteGateway
beforeAll(async () => {
  remote = await startRemote()
}, 60_000)
afterAll(() => remote[Symbol.asyncDispose]())

const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`

it('a message that is nested too deeply ends the connection of its client alone', async () => {
  await using other = await joinRaw(remote.url, remote.token)
  await using client = await joinRaw(remote.url, remote.token)
  client.send(`{"id":"9","method":"thread/list","params":{"cursor":${deep}}}`)
  expect(await client.closed).toMatchObject({ code: 1_007 })
  expect(await other.request('thread/loaded/list', {})).toBeDefined()
})
