import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gate } from '../support/upstream/script.ts'
import { connectRaw, joinRaw } from './raw-client.ts'
import { startRemote } from './start-remote.ts'
import type { RemoteGateway } from './start-remote.ts'

describe('tokens that a service of the operator’s vouches for', () => {
  const asked: string[] = []
  const secrets = new Set<unknown>()
  const revoked = new Set<string>()
  const slow = gate()
  const service = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => void answer(JSON.parse(body) as { token: string }, request, response))
  })
  const answer = async ({ token }: { token: string }, request: IncomingMessage, response: ServerResponse) => {
    asked.push(token)
    secrets.add(request.headers['x-codex-gateway-secret'])
    if (token.startsWith('slow')) await slow.opened
    response.statusCode = token === 'broken' ? 500 : 200
    const vouched = { client: 'ada', workspaces: ['default'], scopes: ['api', 'remote'], expires_in: 2 }
    response.end(JSON.stringify(token.startsWith('good') && !revoked.has(token) ? vouched : { active: false }))
  }
  let remote: RemoteGateway
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'verifier-'))
    await writeFile(join(folder, 'secret'), 'the-shared-secret-of-the-two-services', { mode: 0o600 })
    service.listen(0, '127.0.0.1')
    await once(service, 'listening')
    remote = await startRemote({
      CODEX_TOKEN_VERIFIER_URL: `http://127.0.0.1:${(service.address() as AddressInfo).port}/verify`,
      CODEX_TOKEN_VERIFIER_SECRET_FILE: join(folder, 'secret')
    })
  }, 60_000)
  afterAll(async () => {
    slow.open()
    await remote[Symbol.asyncDispose]()
    service.close()
    await rm(folder, { recursive: true })
  })

  const call = async (token: string) => {
    const response = await fetch(`${remote.api}/models`, { headers: { authorization: `Bearer ${token}` } })
    return { status: response.status, text: await response.text() }
  }

  it('open the APIs; the gateway’s own are asked of nobody, and where the service fails it says so', async () => {
    expect((await call('good-api')).status).toBe(200)
    expect((await call('unknown')).status).toBe(401)
    expect(await call('broken')).toMatchObject({ status: 503, text: expect.stringContaining('cannot tell') as string })
    expect((await call(remote.token)).status).toBe(200)
    expect(asked).toEqual(['good-api', 'unknown', 'broken'])
    expect([...secrets]).toEqual(['the-shared-secret-of-the-two-services'])
  })

  it('open a TUI for as long as the service vouches for them, and no longer', async () => {
    await expect(connectRaw(remote.url, 'unknown')).rejects.toThrow('401')
    await using client = await joinRaw(remote.url, 'good-tui')
    const times = () => asked.filter((token) => token === 'good-tui').length
    await expect.poll(times, { timeout: 20_000 }).toBeGreaterThan(3) // so it is past its first `expires_in`
    expect(client.socket.readyState).toBe(client.socket.OPEN)
    revoked.add('good-tui')
    expect(await client.closed).toMatchObject({ code: 1008 })
    expect(client.said.at(-1)).toMatchObject({ method: 'warning' })
  })

  it('of one address are verified a few at a time: the others wait for nobody', async () => {
    const waiting = Array.from({ length: 8 }, (_, n) => call(`slow-${n}`))
    await expect.poll(() => asked.filter((token) => token.startsWith('slow')).length).toBe(8)
    expect((await call('good-late')).status).toBe(503)
    slow.open()
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(Array(8).fill(401))
    expect((await call('good-late')).status).toBe(200)
  })
})
