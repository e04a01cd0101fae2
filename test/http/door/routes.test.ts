import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../../app/ask.ts'
import { post, startGateway } from '../../app/start-gateway.ts'
import type { StartedGateway } from '../../app/start-gateway.ts'

describe('the gateway', () => {
  let gateway: StartedGateway
  beforeAll(async () => {
    gateway = await startGateway()
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  describe('routes', () => {
    it.each([
      '/models/x',
      '/v1/models/x',
      '/v1/models/x/',
      '/v1/models/x?a=b',
      '/v1/models/x/?a=/',
      '/v1//models/x',
      '//v1/models//x//',
      '///models/x?a=//b'
    ])('are found at %s', async (path) => {
      expect(await ask(gateway, path)).toMatchObject({ status: 200 })
    })

    it('that do not exist are refused as OpenAI does', async () => {
      const { status, error } = await ask(gateway, '/v1/nowhere?key=secret')
      expect([status, error]).toEqual([
        404,
        {
          message: 'Unknown request URL: GET /v1/nowhere.',
          type: 'invalid_request_error',
          param: null,
          code: 'unknown_url'
        }
      ])
      for (const path of ['/', '/v1', '/v1/', '/v1x/models/x'])
        expect(await ask(gateway, path)).toMatchObject({ status: 404 })
    })

    it.each([
      ['/v1/echo', 'GET', 'POST'],
      ['/v1/models/x', 'POST', 'GET, HEAD'],
      ['/healthz', 'DELETE', 'GET, HEAD'],
      ['/healthz', 'TRACE', 'GET, HEAD'],
      ['/v1/echo', 'TRACE', 'POST'],
      ['/v1/echo', 'PROPFIND', 'POST'],
      ['/healthz', 'OPTIONS', 'GET, HEAD']
    ])('with another method are refused with Allow: %s %s', async (path, method, allow) => {
      const { status, headers, error } = await ask(gateway, path, {}, method)
      expect([status, headers.allow, error?.code]).toEqual([405, allow, 'method_not_supported'])
    })

    it('may be asked for their head', async () => {
      const { status, headers } = await ask(gateway, '/healthz', {}, 'HEAD')
      expect([status, headers['content-length']]).toEqual([200, '11'])
    })
  })

  it.each([
    ['/healthz', 200],
    ['/nowhere', 404],
    ['/v1/echo', 405]
  ])('puts the same headers on every answer: %s', async (path, status) => {
    const answer = await ask(gateway, path)
    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject({
      'x-request-id': expect.stringMatching(/^req_[0-9a-f]{32}$/) as string,
      'openai-processing-ms': expect.stringMatching(/^\d+$/) as string,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringContaining("default-src 'none'") as string,
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8'
    })
  })

  it('reveals no bug to a client, and no secret to the log', async () => {
    const response = await post(`${gateway.url}/bug`, {})
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({
      error: {
        message: 'The gateway failed to answer this request.',
        type: 'server_error',
        param: null,
        code: 'internal_error'
      }
    })
    const line = await gateway.line(({ msg }) => msg === 'failure')
    expect(line).toMatchObject({ level: 'error', id: response.headers.get('x-request-id') })
    expect(line['error']).toMatch(
      /^TypeError: a secret \[hidden\] \[hidden\] at .* caused by Error: \[hidden\]\\nnext at /
    )
  })
})
