import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
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
    await mkdir(join(folder, 'spare'))
    const workspaces = [{ id: 'default' }, { id: 'spare', folder: join(folder, 'spare') }]
    await writeFile(join(folder, 'workspaces.json'), JSON.stringify({ workspaces }))
    remote = await startRemote({
      CODEX_WORKSPACES_FILE: join(folder, 'workspaces.json'),
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

  it('restarts a workspace that its token names, and does nothing else over HTTP', async () => {
    const restart = { id: '/workspaces/default/restart', body: '/admin/sessions/restart' }
    const call = async (path: string, claims: object = {}, method = 'POST') => {
      const headers = { authorization: `Bearer ${await mint(claims)}`, 'content-type': 'application/json' }
      const body = path === restart.body ? JSON.stringify({ workspaceId: 'default' }) : null
      return (await fetch(`${remote.api}${path}`, { method, headers, body })).status
    }
    for (const [path, status] of [
      [restart.id, 202],
      [restart.body, 204]
    ] as const) {
      await using client = await joinRaw(remote.url, await mint({}))
      for (const claims of [{ ws: ['other'] }, { ws: ['spare'] }, { ws: [] }])
        expect([path, claims, await call(path, claims)]).toEqual([path, claims, 404])
      for (const claims of [{ scope: 'executor' }, { scope: '' }])
        expect([path, claims, await call(path, claims)]).toEqual([path, claims, 403])
      expect(await client.request('thread/loaded/list', {})).toBeDefined()
      expect(await call(path)).toBe(status)
      expect(await client.closed).toMatchObject({ code: 1012 })
    }
    for (const path of ['/workspaces/default/stop', '/../api/turns', '/chat/completions', '/workspaces/default/x'])
      expect([path, await call(path)]).toEqual([path, 403])
    for (const method of ['DELETE', 'GET'])
      expect([method, await call(`/workspaces${method === 'GET' ? '' : '/default'}`, {}, method)]).toEqual([
        method,
        403
      ])
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
