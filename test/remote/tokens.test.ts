import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectRaw, joinRaw } from './raw-client.ts'
import { startRemote } from './start-remote.ts'
import type { RemoteGateway } from './start-remote.ts'

const secret = 'a-secret-that-has-more-than-32-bytes'

describe('a remote client with a JWT', () => {
  let remote: RemoteGateway
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jwt-'))
    await writeFile(join(folder, 'secrets'), `${secret}\n`)
    await chmod(join(folder, 'secrets'), 0o600)
    await writeFile(join(folder, 'revoked'), '# ids\ntok_revoked\n')
    remote = await startRemote({
      CODEX_JWT_SECRET_FILE: join(folder, 'secrets'),
      CODEX_REVOKED_FILE: join(folder, 'revoked')
    })
  }, 60_000)
  afterAll(async () => {
    await remote[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  const mint = (claims: object, seconds = 3_600) =>
    new SignJWT({ scope: 'remote', ws: ['default'], ...claims })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject('ada')
      .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
      .sign(new TextEncoder().encode(secret))

  it('gets what its scope names, and nothing else', async () => {
    await using client = await joinRaw(remote.url, await mint({}))
    expect(await client.request('thread/loaded/list', {})).toBeDefined()
    const call = async (claims: object) => {
      const headers = { authorization: `Bearer ${await mint(claims)}` }
      return (await fetch(`${remote.api}/models`, { headers })).status
    }
    expect([await call({}), await call({ scope: 'api remote' })]).toEqual([403, 200])
    await expect(connectRaw(remote.url, await mint({ scope: 'api' }))).rejects.toThrow('403')
    await expect(connectRaw(remote.url, await mint({ ws: ['other'] }))).rejects.toThrow('404')
    await expect(connectRaw(remote.url, await mint({ jti: 'tok_revoked' }))).rejects.toThrow('401')
    await expect(connectRaw(remote.url, await mint({}, -3_600))).rejects.toThrow('401')
  })

  it('is told that its token expires, and closed when it does', async () => {
    await using client = await joinRaw(remote.url, await mint({}, 8))
    const warnings = () =>
      client.said.flatMap(({ method, params }) => (method === 'warning' ? String(params?.['message']) : []))
    await expect.poll(warnings).toContainEqual(expect.stringContaining('expires at') as string)
    expect(await client.closed).toMatchObject({ code: 1008 })
    expect(warnings().at(-1)).toContain('has expired or was revoked')
  })

  it('ends its event streams with their token, and a browser’s with its login', async () => {
    const token = await mint({ scope: 'api' }, 6)
    const login = await fetch(`${remote.api}/../login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: remote.token })
    })
    const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const watch = async (headers: Record<string, string>) => {
      const made = await fetch(`${remote.api}/../api/sessions`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', origin: new URL(remote.api).origin },
        body: '{}'
      })
      const { sessionId } = (await made.json()) as { sessionId: string }
      return fetch(`${remote.api}/../api/sessions/${sessionId}/events?after=0`, { headers })
    }
    const [byToken, byCookie] = await Promise.all([watch({ authorization: `Bearer ${token}` }), watch({ cookie })])
    expect(await byToken.text()).toMatch(/event: token-ended\ndata: \{\}\n\n$/)
    const text = byCookie.text()
    await fetch(`${remote.api}/../login`, { method: 'DELETE', headers: { cookie } })
    expect(await text).toMatch(/event: token-ended\ndata: \{\}\n\n$/)
  })
})
