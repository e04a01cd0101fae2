import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { ExecutorLink } from '../../../src/executors/link.ts'
import { ExecutorLinks } from '../../../src/executors/links.ts'
import { collectGarbage } from '../../support/collect-garbage.ts'

const about = { workspace: 'default', executor: 'buildbox', principal: 'machine', address: undefined }
const frame = 'x'.repeat(65_536)
const frames = 480 // 30 MiB

let server: WebSocketServer
beforeAll(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  await once(server, 'listening')
})
afterAll(() => server.close())

/** Both ends of a connection: the gateway's, and the other one's. */
async function connected(): Promise<[WebSocket, WebSocket]> {
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { perMessageDeflate: false })
  const [[socket]] = (await Promise.all([once(server, 'connection'), once(client, 'open')])) as [[WebSocket], unknown]
  return [socket, client]
}

it('30 MiB of output for an app-server that does not read wait at the executor, and arrive when it does', async () => {
  const [executorEnd, executor] = await connected()
  const [serverEnd, appServer] = await connected()
  const link = new ExecutorLink(executorEnd, about, 1)
  link.join(serverEnd)
  let arrived = 0
  appServer.on('message', (data: Buffer) => (arrived += data.length)).pause()
  for (let n = 0; n < frames; n++) executor.send(frame)
  await expect.poll(() => executorEnd.isPaused).toBe(true)
  expect(serverEnd.bufferedAmount).toBeLessThan(2_097_152)
  expect(link.bytes).toBeLessThan(frames * frame.length) // the rest is not even read
  appServer.resume()
  await expect.poll(() => arrived).toBe(frames * frame.length)
  expect(link.bytes).toBe(arrived)
  const ended = once(executor, 'close')
  appServer.close()
  expect((await ended)[0]).toBe(1_000)
  await link.closed
})

it('an executor that speaks before it is asked is not joined with anybody', async () => {
  const [executorEnd, executor] = await connected()
  const link = new ExecutorLink(executorEnd, about, 1)
  const ended = once(executor, 'close')
  executor.send('hello')
  expect((await ended)[0]).toBe(1_008)
  expect(link.isFree).toBe(false)
})

it('an app-server waits for an executor that has left no longer than it may, also after a collection of garbage', async () => {
  const links = new ExecutorLinks({ note: () => {}, holdMs: 500 })
  const [executorEnd, executor] = await connected()
  const link = links.connect(executorEnd, about, 1)
  executor.terminate()
  await link.closed
  const found = links.find('default', 'buildbox', new AbortController().signal)
  await new Promise(setImmediate) // else what waits is still in use
  collectGarbage() // a combined signal that only a timer of its own would abort does not outlive it (Node 20)
  expect(await found).toBeUndefined()
})
