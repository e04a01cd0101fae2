import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { commandFolder } from '../support/command.ts'
import { processesWith } from '../support/processes.ts'
import { startServe } from '../support/serve.ts'
import { says } from '../support/upstream/answer.ts'
import { failure } from '../support/upstream/failure.ts'
import type { Answer } from '../support/upstream/script.ts'
import { runs, scriptFor } from '../support/upstream/tool-calls.ts'
import { startUpstream } from '../support/upstream/upstream.ts'
import { joinRaw } from './raw-client.ts'
import type { RawClient } from './raw-client.ts'

const token = 'a-token-of-the-gateway'
/** Begins every token for the model provider, and looks like no key. */
const mark = randomUUID()

/** The service of an operator: each token is another one. The first lives for ten seconds. */
async function startService() {
  const asked: number[] = []
  const server = createServer((_request, response) => {
    const count = asked.push(performance.now())
    response.end(JSON.stringify({ token: `${mark}-${count}`, expires_in: count === 1 ? 10 : 3_600 }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]() {
      server.closeAllConnections()
      server.close()
    }
  }
}

/** Of all files below a folder, archives unpacked. */
async function contentsOf(folder: string): Promise<[path: string, text: string][]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return Promise.all(
    paths.map(async (path): Promise<[string, string]> => {
      const data = await readFile(path).catch(() => Buffer.alloc(0)) // gone meanwhile
      return [path, (data[0] === 0x1f && data[1] === 0x8b ? gunzipSync(data) : data).toString('latin1')]
    })
  )
}

const turn = async (client: RawClient, threadId: unknown, text: string) => {
  client.said.length = 0
  await client.request('turn/start', { threadId, input: [{ type: 'text', text, text_elements: [] }] })
}
const ended = async (client: RawClient) =>
  (await client.heard(({ method }) => method === 'turn/completed')).params?.['turn'] as { status: string }

it('of remote TUIs are renewed before they expire and when they are refused, and are nowhere to be found', async () => {
  using service = await startService()
  await using upstream = await startUpstream()
  await using folder = await commandFolder()
  const at = (...names: string[]) => join(folder.path, ...names)
  await Promise.all(['workspace', 'store', 'conf'].map((name) => mkdir(at(name))))
  await writeFile(at('conf', 'secret'), 'service-secret', { mode: 0o600 })
  await using gateway = await startServe(folder, [], {
    ...{ CODEX_REMOTE: '1', CODEX_GATEWAY_TOKEN: token, CODEX_MODEL: 'gpt-5.5', CODEX_DEBUG_LOG: '1' },
    ...{ CODEX_WORKSPACE: at('workspace'), CODEX_CLI_HOME: at('home'), CODEX_SANDBOX: 'workspace-write' },
    ...{ CODEX_API_BASE_URL: upstream.url, CODEX_API_KEY: 'sk-none' },
    ...{ CODEX_MODEL_TOKEN_URL: service.url, CODEX_MODEL_TOKEN_SECRET_FILE: at('conf', 'secret') },
    ...{ CODEX_HOMES_STORE: at('store'), CODEX_HOMES_SAVE_SECONDS: '1', CODEX_LOG_MAX_CHARS: '1000000' }
  })
  const sent = () => upstream.requests.at(-1)!.headers.authorization
  /** A provider that takes this token alone, and names the one that it refuses. */
  const only =
    (number: number, answer: Answer): Answer =>
    (request) => {
      const authorization = request.headers.authorization
      if (authorization === `Bearer ${mark}-${number}`) return scriptFor(answer, request)
      return failure(401, { message: `Incorrect API key provided: ${authorization}.`, type: 'invalid_request_error' })
    }
  await using client = await joinRaw(gateway.url.replace('http', 'ws'), token)
  await using _other = await joinRaw(gateway.url.replace('http', 'ws'), token)
  const { thread } = await client.request('thread/start', { sandbox: 'workspace-write' })
  const { id: threadId } = thread as { id: string }
  const files = at('home', '.codex', 'model-token', 'token')
  const search = `touch begun; until [ -e over ]; do sleep 0.1; done; env; cat ${files}; cat /proc/[0-9]*/environ; echo ok`
  upstream.answerAll(only(1, runs(search, says('Done.'))))
  await turn(client, threadId, 'the first question')
  await expect.poll(() => existsSync(at('workspace', 'begun')), { timeout: 20_000 }).toBe(true)
  expect(processesWith(folder.path)).not.toEqual([])
  expect(processesWith(mark)).toEqual([])
  await writeFile(at('workspace', 'over'), '')
  expect(await ended(client)).toMatchObject({ status: 'completed' })
  expect([sent(), service.asked.length]).toEqual([`Bearer ${mark}-1`, 1])
  const output = JSON.stringify(upstream.requests.at(-1)!.toolOutputs)
  expect(output).toContain('ok')
  expect(output).not.toContain(mark)

  await expect.poll(() => service.asked.length, { timeout: 20_000 }).toBe(2)
  expect(service.asked[1]! - service.asked[0]!).toBeLessThan(10_000)
  await expect.poll(() => readFile(files, 'utf8')).toBe(`${mark}-2`)
  upstream.answerAll(only(2, says('Renewed.')))
  await turn(client, threadId, 'the second question')
  expect(await ended(client)).toMatchObject({ status: 'completed' })
  expect([sent(), service.asked.length]).toEqual([`Bearer ${mark}-2`, 2])

  upstream.answerAll(only(3, says('Replaced.')))
  await turn(client, threadId, 'the third question')
  expect(await ended(client)).toMatchObject({ status: 'completed' })
  expect([sent(), service.asked.length]).toEqual([`Bearer ${mark}-3`, 3])

  const stored = async () => (await contentsOf(at('store'))).map(([, text]) => text).join('\n')
  await expect.poll(stored, { timeout: 20_000 }).toContain('the third question')
  const all = await contentsOf(folder.path)
  expect(all.filter(([, text]) => text.includes(mark)).map(([path]) => path)).toEqual([files])

  upstream.answerAll(only(0, says('Never.'))) // and codex gives up, in the provider's words
  await turn(client, threadId, 'the fourth question')
  expect(await ended(client)).toMatchObject({ status: 'failed' })
  const { status } = await fetch(`${gateway.url}/v1/responses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-5.5', input: 'the fifth question' })
  })
  expect(status).toBeGreaterThanOrEqual(400)
  gateway.child.kill('SIGTERM')
  const { exitCode, stdout, stderr } = await gateway.child
  expect(exitCode).toBe(0)
  expect(stdout).toContain('the fifth question') // the log is as talkative as it can be
  expect(stdout + stderr).not.toContain(mark)
  expect(existsSync(files)).toBe(false)
}, 120_000)
