import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startCable } from '../../support/cable.ts'
import { commandFolder } from '../../support/command.ts'
import { startServe } from '../../support/serve.ts'
import type { ServeProcess } from '../../support/serve.ts'
import { says } from '../../support/upstream/answer.ts'
import { calls } from '../../support/upstream/tool-calls.ts'
import { startUpstream } from '../../support/upstream/upstream.ts'
import { joinRaw } from '../raw-client.ts'
import type { RawClient } from '../raw-client.ts'
import { executorToken, secret, startExecutor } from './executor.ts'

const token = 'a-token-of-the-gateway'

const metricsOf = async ({ url }: ServeProcess) =>
  (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text()
const enter = ({ url }: ServeProcess) => joinRaw(url.replace('http', 'ws'), token)
const stop = async ({ child }: ServeProcess) => {
  child.kill('SIGTERM')
  return (await child).exitCode
}

it('an executor comes back to a gateway that was restarted: commands of old and new threads run on it again', async () => {
  await using upstream = await startUpstream()
  await using folder = await commandFolder()
  await mkdir(join(folder.path, 'workspace'))
  await writeFile(join(folder.path, 'secret'), secret, { mode: 0o600 })
  const env = {
    ...{ CODEX_REMOTE: '1', CODEX_WORKSPACE_RUNS: 'executors', CODEX_MODEL: 'gpt-5.5' },
    ...{ CODEX_GATEWAY_TOKEN: token, CODEX_JWT_SECRET_FILE: join(folder.path, 'secret') },
    ...{ CODEX_WORKSPACE: join(folder.path, 'workspace'), CODEX_CLI_HOME: join(folder.path, 'home') },
    ...{ CODEX_API_BASE_URL: upstream.url, CODEX_API_KEY: 'sk-none' }
  }
  const folderOf = async (client: RawClient, threadId: unknown) => {
    client.said.length = 0
    upstream.answerAll(calls({ exec_command: { cmd: 'pwd' } }, says('Done.')))
    await client.request('turn/start', { threadId, input: [{ type: 'text', text: 'Run it.', text_elements: [] }] })
    await client.heard(({ method }) => method === 'turn/completed')
    return JSON.stringify(upstream.requests.at(-1)!.toolOutputs)
  }
  const begin = async (client: RawClient) => {
    const { thread } = await client.request('thread/start', { approvalPolicy: 'on-request' })
    return (thread as { id: string }).id
  }
  const connected = (gateway: ServeProcess) =>
    expect.poll(() => metricsOf(gateway), { timeout: 40_000 }).toContain('\ncodex_gateway_executors 1\n')

  await using first = await startServe(folder, [], env)
  await using cable = await startCable(Number(new URL(first.url).port)) // the address that stays
  await using executor = await startExecutor('buildbox', await executorToken(), `http://127.0.0.1:${cable.port}`)
  await connected(first)
  await using client = await enter(first)
  const old = await begin(client)
  const other = await begin(client)
  for (const threadId of [old, other]) expect(await folderOf(client, threadId)).toContain(executor.folder)
  const { error } = await client.ask('command/exec', { command: ['true'] })
  expect(error).toBeDefined()
  const metrics = await metricsOf(first)
  for (const line of ['clients 1', 'turns 0', 'app_servers 1', 'joined_total 1', 'refused_total 1'])
    expect(metrics).toContain(`\ncodex_gateway_remote_${line}\n`)
  expect(metrics).toMatch(/^codex_gateway_executor_bytes_total [1-9]/m)
  expect(await stop(first)).toBe(0)
  expect(await client.closed).toMatchObject({ code: 1012 })

  await using second = await startServe(folder, [], env)
  cable.leadTo(Number(new URL(second.url).port))
  await connected(second)
  await using again = await enter(second)
  expect(await folderOf(again, await begin(again))).toContain(executor.folder)
  await again.request('thread/resume', { threadId: old })
  expect(await folderOf(again, old)).toContain(executor.folder)
  const { thread } = await again.request('thread/fork', { threadId: old })
  expect(await folderOf(again, (thread as { id: string }).id)).toContain(executor.folder)
  const { status } = await fetch(`${second.url}/api/turns`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ workspaceId: 'default', threadId: other },
      params: { input: [{ type: 'text', text: 'Run it.', text_elements: [] }] }
    })
  })
  expect(status).toBe(200)
  expect(JSON.stringify(upstream.requests.at(-1)!.toolOutputs)).toContain(executor.folder)
  expect(await stop(second)).toBe(0)
}, 120_000)
