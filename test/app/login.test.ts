import { execFileSync } from 'node:child_process'
import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startConfiguredGateway } from '../support/configured-gateway.ts'
import type { ConfiguredGateway } from '../support/configured-gateway.ts'
import { codexBinary } from '../support/upstream/codex-home.ts'
import { startUpstream } from '../support/upstream/upstream.ts'
import type { Upstream } from '../support/upstream/upstream.ts'

const model = 'gpt-5.5'
const requests: [string, object][] = [
  ['/chat/completions', { model, messages: [{ role: 'user', content: 'Hi' }] }],
  ['/responses', { model, input: 'Hi' }],
  ['/completions', { model, prompt: 'Hi' }]
]
const cases = requests.flatMap(([path, body]) => [false, true].map((stream) => ({ path, stream, body })))

describe.each([
  ['exec', 'home/.codex'],
  ['app-server', '.codex']
])('a codex that is not logged in, under %s,', (engine, loginHome) => {
  let folder: string
  let upstream: Upstream
  let gateway: ConfiguredGateway
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'login-'))
    await mkdir(join(folder, 'workspace'))
    upstream = await startUpstream()
    gateway = await startConfiguredGateway(folder, {
      CODEX_API_KEY: '',
      CODEX_ENGINE: engine,
      CODEX_SKIP_GIT_REPO_CHECK: 'true'
    })
  })
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]()
    await upstream[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  const post = (path: string, body: object) =>
    fetch(gateway.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body)
    })

  it.each(cases)('says so at once and says what to do: $path, streamed $stream', async ({ path, stream, body }) => {
    const start = performance.now()
    const response = await post(path, { ...body, stream })
    const text = await response.text()
    expect(performance.now() - start).toBeLessThan(10_000) // codex itself tries for 31 s; on a busy machine one second is not much
    expect(response.status).toBe(503)
    expect(response.headers.get('x-should-retry')).toBe('false')
    expect(JSON.parse(text)).toMatchObject({ error: { type: 'server_error', code: 'codex_not_logged_in' } })
    for (const word of ['`codex login`', 'CODEX_HOME', 'CODEX_API_KEY', 'CODEX_API_BASE_URL'])
      expect(text).toContain(word)
    expect(text).not.toContain(folder)
  })

  it('works once somebody logs in, though its app-server already ran', async () => {
    expect((await fetch(`${gateway.url}/models`)).status).toBe(200)
    const env = { HOME: folder, CODEX_HOME: join(folder, loginHome) } // the gateway's, or the user's
    await mkdir(env.CODEX_HOME, { recursive: true })
    execFileSync(codexBinary, ['login', '--with-api-key'], { env, input: 'sk-new', stdio: 'pipe' })
    await appendFile(join(folder, 'home/.codex/config.toml'), `openai_base_url = "${upstream.url}"\n`)
    for (const { path, stream, body } of cases) {
      const response = await post(path, { ...body, stream })
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('Hello')])
    }
    const keys = new Set(upstream.requests.map(({ headers }) => headers.authorization))
    expect([...keys]).toEqual(['Bearer sk-new'])
  })
})
