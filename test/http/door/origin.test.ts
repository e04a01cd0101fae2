import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../../app/ask.ts'
import { startGateway } from '../../app/start-gateway.ts'
import type { StartedGateway } from '../../app/start-gateway.ts'

describe('where a request comes from', () => {
  let gateway: StartedGateway
  beforeAll(async () => {
    gateway = await startGateway({
      env: { CODEX_CORS_ORIGINS: 'https://app.example', CODEX_ALLOWED_HOSTS: 'Gateway.Internal:8000, proxy' }
    })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  describe('Host', () => {
    it.each([
      'localhost',
      'localhost:1234',
      'LocalHost',
      'localhost.',
      'PROXY.:80',
      '127.0.0.1:8000',
      '[::1]',
      '[::1]:65535',
      'gateway.internal',
      'proxy:80'
    ])('lets %s in', async (host) => {
      expect(await ask(gateway, '/healthz', { host })).toMatchObject({ status: 200 })
    })

    it.each([
      'evil.test',
      'localhost..',
      'evil.test.',
      'localhost:0',
      'localhost:99999',
      'localhost:',
      'localhost:x',
      'me@localhost',
      'evil.test:fake@localhost',
      'localhost@evil.test',
      'localhost/x',
      'localhost?x',
      'localhost#x',
      'localhost\\x',
      '127.1',
      '127.0.0.1.',
      '0x7f.1',
      '2130706433',
      '127.000.000.001',
      '[::ffff:7f00:1]',
      '::1',
      '[::1',
      'localhost evil.test',
      'localhost, evil.test',
      '0.0.0.0',
      '10.0.0.1',
      'a.localhost',
      '127.0.0.1.nip.io',
      'xlocalhost'
    ])('refuses %j, without a word to the page', async (host) => {
      const { status, error, headers } = await ask(gateway, '/healthz', { host, origin: 'https://app.example' })
      expect([status, error?.code]).toEqual([403, 'host_not_allowed'])
      expect(headers['access-control-allow-origin']).toBeUndefined()
    })
  })

  it('takes any address for a host where all addresses are listened on, but no strange name', async () => {
    await using open = await startGateway({ env: { CODEX_GATEWAY_HOST: '0.0.0.0', CODEX_ALLOWED_HOSTS: 'gateway' } })
    const statuses = await Promise.all(
      ['10.1.2.3:8000', '[fe80::1]', 'gateway', 'evil.test', '10.1'].map(
        async (host) => (await ask(open, '/healthz', { host })).status
      )
    )
    expect(statuses).toEqual([200, 200, 200, 403, 403])
  })

  describe('Origin', () => {
    it.each([
      'https://evil.test',
      'null',
      '',
      'file://',
      'app://x',
      'http://app.example',
      'https://app.example.evil.test',
      'https://app.example:444',
      'https://APP.example',
      'http://localhost:8000',
      'http://localhost.evil'
    ])('refuses %j on every route, before it asks for a token', async (origin) => {
      for (const path of ['/healthz', '/v1/models/x', '/nowhere']) {
        const { status, error, headers } = await ask(gateway, path, { origin, authorization: 'Bearer wrong' })
        expect([status, error?.code]).toEqual([403, 'origin_not_allowed'])
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
      }
    })

    it.each(['cross-site', 'same-site', 'something'])('refuses what a browser calls %s', async (site) => {
      expect(await ask(gateway, '/v1/models/x', { 'sec-fetch-site': site })).toMatchObject({ status: 403 })
      expect(
        await ask(gateway, '/v1/models/x', { 'sec-fetch-site': site, origin: 'https://app.example' })
      ).toMatchObject({ status: 200 })
    })

    it('lets in who follows a link on a page elsewhere, and no script, form or frame of that', async () => {
      const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
      expect(await ask(gateway, '/v1/models/x', link)).toMatchObject({ status: 200 })
      for (const other of [
        { 'sec-fetch-mode': 'no-cors' },
        { 'sec-fetch-dest': 'iframe' },
        { origin: 'https://evil.example' }
      ])
        expect(await ask(gateway, '/v1/models/x', { ...link, ...other })).toMatchObject({ status: 403 })
    })

    it.each(['none', 'same-origin'])('lets in what a browser calls %s', async (site) => {
      expect(await ask(gateway, '/v1/models/x', { 'sec-fetch-site': site })).toMatchObject({ status: 200 })
    })

    it('refuses a preflight from elsewhere', async () => {
      const { status, headers } = await ask(
        gateway,
        '/v1/echo',
        { origin: 'https://evil.test', 'access-control-request-method': 'POST' },
        'OPTIONS'
      )
      expect(status).toBe(403)
      expect(headers['access-control-allow-methods']).toBeUndefined()
    })

    it('answers the preflight of a page that is named, without a token', async () => {
      const asked = {
        origin: 'https://app.example',
        authorization: '',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,x-stainless-os'
      }
      const { status, headers } = await ask(gateway, '/v1/echo', asked, 'OPTIONS')
      expect(status).toBe(204)
      expect(headers).toMatchObject({
        'access-control-allow-origin': 'https://app.example',
        'access-control-allow-headers': 'authorization,x-stainless-os',
        'access-control-allow-methods': 'GET,POST,OPTIONS',
        'access-control-max-age': '600',
        vary: expect.stringContaining('Origin') as string
      })
      expect(headers['access-control-allow-credentials']).toBeUndefined()
    })

    it.each([
      ['/v1/models/x', 200],
      ['/nowhere', 404]
    ])('lets the page read %s, refusals too', async (path, status) => {
      const answer = await ask(gateway, path, { origin: 'https://app.example' })
      expect(answer.status).toBe(status)
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': 'https://app.example',
        'access-control-expose-headers': expect.stringContaining('x-request-id') as string
      })
    })

    it('has no CORS header where no origin is allowed', async () => {
      await using closed = await startGateway()
      const { headers } = await ask(closed, '/healthz')
      expect(Object.keys(headers).filter((name) => /^(access-control|vary)/.test(name))).toEqual([])
    })
  })
})
