import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startExecutor } from '../remote/executors/executor.ts'
import { joinRaw } from '../remote/raw-client.ts'
import { commandFolder } from '../support/command.ts'
import type { CommandFolder } from '../support/command.ts'
import { startServe } from '../support/serve.ts'
import { says } from '../support/upstream/answer.ts'
import { runs } from '../support/upstream/tool-calls.ts'
import { startUpstream } from '../support/upstream/upstream.ts'

const secret = 'a-shared-secret-of-at-least-32-bytes'
const token = 'a-token-of-the-gateway'
/** When required by node, servers never say that they are closed. */
const endless = `require('node:net').Server.prototype.close = function () { return this }`

let folder: CommandFolder
beforeAll(async () => {
  folder = await commandFolder()
  for (const name of ['workspace', 'conf']) await mkdir(join(folder.path, name))
  await writeFile(join(folder.path, 'conf', 'secret'), secret, { mode: 0o600 })
}, 60_000)
afterAll(() => folder[Symbol.asyncDispose]())

/** What runs in the folder's home: the gateway, its codex, and their commands. */
const running = () =>
  readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`HOME=${folder.path}`)
    } catch {
      return false // it has ended, or is another user's
    }
  })

describe('a stop', () => {
  it('is over in time where a turn waits for an executor that is dead, and nobody reads the log', async () => {
    await using upstream = await startUpstream()
    await using gateway = await startServe(folder, [], {
      ...{ CODEX_REMOTE: '1', CODEX_WORKSPACE_RUNS: 'executors', CODEX_DRAIN_SECONDS: '1', CODEX_MODEL: 'gpt-5.5' },
      ...{ CODEX_GATEWAY_TOKEN: token, CODEX_JWT_SECRET_FILE: join(folder.path, 'conf', 'secret') },
      ...{ CODEX_API_BASE_URL: upstream.url, CODEX_API_KEY: 'sk-scripted', CODEX_EXECUTOR_HOLD_SECONDS: '60' }
    })
    const jwt = await new SignJWT({ sub: 'machine', ws: 'default', scope: 'executor' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(secret))
    await using executor = await startExecutor('buildbox', jwt, gateway.url)
    await gateway.logged('an executor has come')
    await using client = await joinRaw(gateway.url.replace('http', 'ws'), token)
    let threadId = ''
    await expect
      .poll(async () => {
        const { thread, cwd } = await client.request('thread/start', { approvalPolicy: 'on-request' })
        threadId = (thread as { id: string }).id
        return cwd
      })
      .toBe(executor.folder)
    upstream.answerNext(runs('echo begun; sleep 600', says('Done.')))
    await client.request('turn/start', { threadId, input: [{ type: 'text', text: 'Run it.', text_elements: [] }] })
    await client.heard(({ method, params }) => method === 'item/started' && JSON.stringify(params).includes('begun'))
    executor.signal('SIGKILL')
    await gateway.logged('an executor has left')
    gateway.child.stdout.destroy()
    const begun = performance.now()
    process.kill(gateway.child.pid!, 'SIGTERM') // execa's own would be followed by SIGKILL after 5 s
    expect((await gateway.child).exitCode).toBe(0)
    expect(performance.now() - begun).toBeLessThan(16_000)
    await expect.poll(running).toEqual([])
  }, 60_000)

  it('ends with the process where something never ends', async () => {
    const path = join(folder.path, 'endless.cjs')
    await writeFile(path, endless)
    const env = { CODEX_GATEWAY_TOKEN: token, CODEX_DRAIN_SECONDS: '0', NODE_OPTIONS: `--require=${path}` }
    await using gateway = await startServe(folder, [], env)
    process.kill(gateway.child.pid!, 'SIGTERM')
    expect((await gateway.child).exitCode).toBe(1)
    expect(gateway.log.at(-1)).toMatchObject({
      level: 'fatal',
      msg: expect.stringContaining('ended in time') as string
    })
    await expect.poll(running).toEqual([])
  }, 60_000)
})
