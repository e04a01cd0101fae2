import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Means } from '../../src/codex/process/isolation.ts'
import { says } from '../support/upstream/answer.ts'
import { runs } from '../support/upstream/tool-calls.ts'
import { startUpstream } from '../support/upstream/upstream.ts'
import { startConfiguredGateway } from '../support/configured-gateway.ts'

/** What no command may find, wherever it looks. */
const planted = {
  token: 'cgw_planted-token',
  fileToken: 'cgw_planted-in-the-file',
  provider: 'sk-planted-provider',
  login: 'planted-login',
  dotEnv: 'planted-in-dot-env',
  answer: 'planted-answer'
}

async function startGateway(means: Means) {
  const upstream = await startUpstream()
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'secrets-')))
  const at = (...names: string[]) => join(folder, ...names)
  await Promise.all(['workspace', 'more', 'user', 'home/.codex'].map((name) => mkdir(at(name), { recursive: true })))
  await Promise.all([
    writeFile(at('.env'), `CODEX_GATEWAY_TOKEN=${planted.dotEnv}`),
    writeFile(at('tokens'), planted.fileToken, { mode: 0o600 }),
    writeFile(at('workspace/readme'), 'open to all')
  ])
  process.chdir(folder) // where .env is looked for
  const sandboxes = ['exec', 'app-server'].flatMap((engine) =>
    ['read-only', 'workspace-write', 'danger-full-access'].map((sandbox) => [
      `${engine} ${sandbox}`,
      { model: 'gpt-5.5', engine, sandbox }
    ])
  )
  const gateway = await startConfiguredGateway(
    folder,
    {
      HOME: at('user'),
      CODEX_ADD_DIRS: at('more'),
      CODEX_GATEWAY_TOKEN: planted.token,
      CODEX_GATEWAY_TOKEN_FILE: at('tokens'),
      CODEX_API_BASE_URL: upstream.url,
      CODEX_API_KEY: planted.provider,
      CODEX_MODEL_ALIASES: JSON.stringify(Object.fromEntries(sandboxes))
    },
    means
  )
  await writeFile(at('user/auth.json'), JSON.stringify({ OPENAI_API_KEY: planted.login })) // whose user logs in after the start
  await symlink(at('user/auth.json'), at('home/.codex/auth.json'))
  const ask = (path: string, body: object) =>
    fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${planted.token}` },
      body: JSON.stringify(body)
    })
  return {
    at,
    upstream,
    ask,
    /** What the commands printed, each run by the model in a turn of its own. */
    async outputOf(model: string, command: string, kept = false) {
      upstream.answerAll(runs(command, says('Done.')))
      const answer = await (kept
        ? ask('/responses', { model, input: 'Go.' })
        : ask('/chat/completions', { model, messages: [{ role: 'user', content: 'Go.' }] }))
      expect([answer.status, JSON.stringify(await answer.json())]).toEqual([200, expect.stringContaining('Done.')])
      return JSON.stringify(upstream.requests.at(-1)!.toolOutputs)
    },
    async close() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
      process.chdir(tmpdir())
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

describe.each<Means>(['namespace', 'watchdog'])('a command that the model runs (%s)', (means) => {
  const start = process.cwd()
  let gateway: Awaited<ReturnType<typeof startGateway>>
  beforeAll(async () => {
    gateway = await startGateway(means)
  })
  afterAll(async () => {
    await gateway.close()
    process.chdir(start)
  })

  /** Looks everywhere; only what is found is printed, so that nothing of it is cut. */
  const search = () => {
    const files = ['home/.codex/auth.json', 'user/auth.json', '.env', 'tokens']
      .map((name) => gateway.at(name))
      .join(' ')
    return `cat ${gateway.at('workspace/readme')}; { env; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n'; cat ${files}; grep -rs planted ${gateway.at()}; } 2>&1 | grep -a planted`
  }

  it.each([
    ['exec read-only', false],
    ['exec workspace-write', false],
    ['app-server read-only', false],
    ['app-server workspace-write', false],
    ['exec read-only', true],
    ['app-server workspace-write', true]
  ])('finds no secret in %s (kept: %s)', async (model, kept) => {
    gateway.upstream.answerAll(says(planted.answer))
    expect((await gateway.ask('/responses', { model, input: 'Keep this.' })).status).toBe(200) // a conversation of somebody's
    const said = await gateway.outputOf(model, search(), kept)
    expect(said).toContain('open to all')
    for (const secret of Object.values(planted)) expect(said).not.toContain(secret)
  })

  it('finds the login where it may do anything, as the README says', async () => {
    expect(await gateway.outputOf('exec danger-full-access', search())).toContain(planted.login)
  })

  it.each(['exec', 'app-server'])('writes with %s what its sandbox lets it write', async (engine) => {
    const write =
      ['workspace', 'more'].map((name) => `echo ${engine} > ${gateway.at(name, 'written')}`).join('; ') +
      '; echo x > "${TMPDIR:-/tmp}/$$" && rm "${TMPDIR:-/tmp}/$$" && echo temporary'
    expect(await gateway.outputOf(`${engine} read-only`, write)).not.toContain('temporary')
    await expect(readFile(gateway.at('workspace/written'))).rejects.toThrow('ENOENT')
    expect(await gateway.outputOf(`${engine} workspace-write`, write)).toContain('temporary')
    for (const name of ['workspace', 'more'])
      expect(await readFile(gateway.at(name, 'written'), 'utf8')).toBe(`${engine}\n`)
    await Promise.all(['workspace', 'more'].map((name) => rm(gateway.at(name, 'written'))))
    expect(
      await gateway.outputOf(
        `${engine} workspace-write`,
        `(: < /dev/tcp/127.0.0.1/${new URL(gateway.upstream.url).port}) && echo connected`
      )
    ).not.toContain('connected')
  })
})
