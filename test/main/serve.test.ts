import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandFolder } from '../support/command.ts'
import type { CommandFolder } from '../support/command.ts'
import { scriptedCodex } from '../support/scripted-codex/scripted-codex.ts'
import { begin, turn } from '../support/scripted-codex/exec-steps.ts'
import { startServe } from '../support/serve.ts'

let folder: CommandFolder
beforeAll(async () => {
  folder = await commandFolder()
  for (const name of ['workspace', 'conf']) await mkdir(join(folder.path, name))
}, 60_000)
afterAll(() => folder[Symbol.asyncDispose]())

const models = (url: string, token: string) =>
  fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${token}` } })
const complete = (url: string, content = 'Hello', headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ messages: [{ role: 'user', content }] })
  })
/** When required by node, throws what nobody catches as soon as it gets SIGUSR2. */
const fuse = `process.on('SIGUSR2', () => { throw new Error('the fuse blew at ' + process.env.CODEX_API_KEY) })`

describe('codex-gateway serve', () => {
  it('tells a newcomer where it is, how to ask it, and what is not right yet', async () => {
    await using codex = await scriptedCodex({ exec: turn('Hi.'), version: '0.99.1' })
    await using gateway = await startServe(folder, [], { CODEX_BIN: codex.path, CODEX_GATEWAY_TOKEN: 'secret-token' })
    gateway.child.kill('SIGTERM')
    const { exitCode, stderr, stdout } = await gateway.child
    expect(exitCode).toBe(0)
    expect(stderr).toContain(`listening at ${gateway.url}/v1\n`)
    expect(stderr).toContain('codex 0.99.1 is not the tested 0.169.0')
    expect(stderr).toMatch(
      /✗ codex is not logged in\n {4}Run {2}CODEX_HOME=\S+\/\.codex-gateway\/\.codex \S+ login {2}or set CODEX_API_KEY/
    )
    expect(stderr).toContain(`curl ${gateway.url}/v1/chat/completions `)
    expect(stderr + stdout).not.toContain('secret-token')
  })

  it('takes up other tokens and workspaces at SIGHUP, and keeps all the old ones when any is wrong', async () => {
    const path = join(folder.path, 'conf', 'tokens')
    await writeFile(path, 'old\n', { mode: 0o600 })
    const workspaces = join(folder.path, 'conf', 'workspaces.toml')
    const define = (...ids: string[]) =>
      writeFile(workspaces, ids.map((id) => `[[workspaces]]\nid = "${id}"\nfolder = "../workspace"\n`).join(''))
    await define('one')
    await using gateway = await startServe(folder, [], {
      CODEX_GATEWAY_TOKEN_FILE: path,
      CODEX_WORKSPACES_FILE: workspaces
    })
    const listed = async () => {
      const answer = await fetch(`${gateway.url}/v1/workspaces`, { headers: { authorization: 'Bearer new' } })
      return ((await answer.json()) as { data: { id: string }[] }).data.map(({ id }) => id)
    }
    expect(await readFile(`/proc/${gateway.child.pid}/limits`, 'latin1')).toMatch(/^Max core file size +0 +0 /m)
    const statuses = async () =>
      Promise.all(['old', 'new'].map(async (token) => (await models(gateway.url, token)).status))
    expect(await statuses()).toEqual([200, 401])
    await writeFile(path, 'new\n')
    await define('one', 'two')
    gateway.child.kill('SIGHUP')
    await gateway.logged('tokens and workspaces reloaded')
    expect(await statuses()).toEqual([401, 200])
    expect(await listed()).toEqual(['one', 'two'])
    await writeFile(path, '\n')
    await define('three')
    gateway.child.kill('SIGHUP')
    expect(await gateway.logged('keeping the previous tokens')).toMatchObject({
      level: 'error',
      error: `CODEX_GATEWAY_TOKEN_FILE names a file without a token: ${path}`
    })
    expect(await statuses()).toEqual([401, 200])
    expect(await listed()).toEqual(['one', 'two'])
  })

  it('hides tokens from its log that a reload added, and those it replaced', async () => {
    const path = join(folder.path, 'conf', 'rotated')
    await writeFile(path, 'first-token\n', { mode: 0o600 })
    await using codex = await scriptedCodex({ exec: turn('Hi.') })
    await using gateway = await startServe(folder, [], {
      CODEX_BIN: codex.path,
      CODEX_ENGINE: 'exec',
      CODEX_GATEWAY_TOKEN_FILE: path,
      CODEX_API_KEY: 'sk-scripted',
      CODEX_DEBUG_LOG: '1'
    })
    await writeFile(path, 'second-token\n')
    gateway.child.kill('SIGHUP')
    await gateway.logged('tokens and workspaces reloaded')
    const headers = { authorization: 'Bearer second-token' }
    expect((await complete(gateway.url, 'From first-token to second-token', headers)).status).toBe(200)
    expect(await gateway.logged('prompt')).toMatchObject({ prompt: 'USER: From [secret] to [secret]' })
  })

  it('stays closed when a reload finds no token at all', async () => {
    const env = join(folder.path, '.env')
    await writeFile(env, 'CODEX_GATEWAY_TOKEN=secret-token\n', { mode: 0o600 })
    await using gateway = await startServe(folder, [], { CODEX_WORKSPACE: join(folder.path, 'workspace') })
    await writeFile(env, '')
    gateway.child.kill('SIGHUP')
    expect(await gateway.logged('keeping the previous tokens')).toMatchObject({
      level: 'error',
      error: 'No token is configured any more, and a running gateway is never opened: restart it to do so.'
    })
    const statuses = ['none', 'secret-token'].map(async (token) => (await models(gateway.url, token)).status)
    expect(await Promise.all(statuses)).toEqual([401, 200])
    await rm(env)
  })

  it('lets a running turn finish at SIGTERM, and ends with 0', async () => {
    await using codex = await scriptedCodex({
      exec: [...begin, { gate: 'finish' }, ...turn('Done.').slice(begin.length)]
    })
    await using gateway = await startServe(folder, [], { CODEX_BIN: codex.path, CODEX_API_KEY: 'sk-scripted' })
    const answer = complete(gateway.url)
    await codex.until((runs) => runs.length === 1)
    gateway.child.kill('SIGTERM')
    await gateway.logged('stopping')
    codex.open('finish')
    expect(await (await answer).json()).toMatchObject({ choices: [{ message: { content: 'Done.' } }] })
    expect((await gateway.child).exitCode).toBe(0)
    expect(codex.alive()).toEqual([])
  })

  it('interrupts what runs at a second signal, and ends with 0', async () => {
    await using codex = await scriptedCodex({ exec: [...begin, { hang: true }] })
    await using gateway = await startServe(folder, [], { CODEX_BIN: codex.path, CODEX_API_KEY: 'sk-scripted' })
    const answer = complete(gateway.url)
    await codex.until((runs) => runs.length === 1)
    gateway.child.kill('SIGINT')
    await gateway.logged('stopping')
    gateway.child.kill('SIGINT')
    expect((await answer).status).toBe(503)
    expect((await gateway.child).exitCode).toBe(0)
    expect(codex.alive()).toEqual([])
  })

  it('says in one line what nobody caught, ends its turns and then itself, with 1', async () => {
    const path = join(folder.path, 'fuse.cjs')
    await writeFile(path, fuse)
    await using codex = await scriptedCodex({ exec: [...begin, { hang: true }] })
    await using gateway = await startServe(folder, [], {
      CODEX_BIN: codex.path,
      NODE_OPTIONS: `--require=${path}`,
      CODEX_API_KEY: 'sk-planted'
    })
    const answer = complete(gateway.url)
    await codex.until((runs) => runs.length === 1)
    gateway.child.kill('SIGUSR2')
    expect((await answer).status).toBe(503)
    expect((await gateway.child).exitCode).toBe(1)
    expect(JSON.stringify(gateway.log)).not.toContain('sk-planted')
    expect(gateway.log.filter(({ level }) => level === 'fatal')).toEqual([
      expect.objectContaining({ error: expect.stringContaining('the fuse blew') as string })
    ])
    expect(codex.alive()).toEqual([])
  })

  it('goes on when nobody reads what it writes any more', async () => {
    await using gateway = await startServe(folder, [], { CODEX_GATEWAY_TOKEN: 't' })
    gateway.child.stdout.destroy()
    gateway.child.stderr.destroy()
    for (let asked = 0; asked < 3; asked++) expect((await models(gateway.url, 't')).status).toBe(200)
    gateway.child.kill('SIGTERM')
    expect((await gateway.child).exitCode).toBe(0)
  })
})
