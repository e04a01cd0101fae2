import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { DescribedAnswer, Description } from '../../src/api/description/document.ts'
import { allApis, protocols } from '../../src/app/apis.ts'
import type { ApiOptions } from '../../src/app/api-options.ts'
import type { Api, ErrorDialect } from '../../src/http/api.ts'
import { GatewayError } from '../../src/turn/error.ts'
import { ask } from './ask.ts'
import { exchange, startGateway, token } from './start-gateway.ts'
import type { StartedGateway } from './start-gateway.ts'

/** Failures as one word and a sentence. */
const dialect: ErrorDialect = {
  answer: ({ code, message }) => ({
    status: 418,
    headers: { 'x-teapot': code },
    body: { oh_no: `${code}: ${message}` }
  }),
  schema: z.object({ oh_no: z.string() }),
  exposes: ['x-teapot']
}

/** All there is to a protocol of its own. */
function teaApi({ readBody }: Pick<ApiOptions, 'readBody'>): Api {
  return {
    dialect,
    operations: [
      {
        method: 'post',
        path: '/tea/cups',
        summary: 'Pour a cup.',
        body: z.object({ sugar: z.int() }),
        answer: z.object({ id: z.string() }),
        exposes: ['x-temperature'],
        async handle(ctx) {
          await readBody(ctx)
          ctx.set('x-temperature', '96')
          ctx.body = { id: 'cup-1' }
        }
      },
      {
        method: 'get',
        path: '/tea/cups/{id}',
        summary: 'Look at a cup.',
        answer: z.object({ id: z.string() }),
        isPublic: true,
        handle(ctx) {
          if (ctx.params['id'] === 'broken') throw new GatewayError('not_found', 'There is no such cup.')
          ctx.body = { id: ctx.params['id'] }
        }
      },
      {
        method: 'delete',
        path: '/tea/cups/{id}',
        summary: 'Drink it.',
        answer: 'text/plain',
        handle: (ctx) => void (ctx.body = '')
      }
    ]
  }
}

const page = 'https://page.example'
const authorization = `Bearer ${token}`

describe('a protocol that is one entry in the list of APIs', () => {
  let gateway: StartedGateway
  beforeAll(async () => {
    gateway = await startGateway({
      env: {
        CODEX_CORS_ORIGINS: page,
        CODEX_THREAD_TTL_HOURS: '0',
        CODEX_MAX_BODY_BYTES: '1024',
        CODEX_ADVERTISED_MODELS: 'gpt-5'
      },
      apis: (options) => allApis(options, [...protocols, teaApi])
    })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  const call = (method: string, path: string, headers: Record<string, string> = { authorization }, body?: string) =>
    fetch(gateway.url + path, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body })
    })

  it.each(['/tea/cups', '/v1/tea/cups', '/v1/tea/cups/'])('has its routes: %s', async (path) => {
    expect(await (await call('POST', path, { authorization }, '{}')).json()).toEqual({ id: 'cup-1' })
  })

  it('is described, with the failures of its own dialect', async () => {
    const { paths } = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as Description
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/chat/completions', '/tea/cups', '/tea/cups/{id}', '/docs'])
    )
    expect(paths['/tea/cups/{id}']?.['get']).toMatchObject({ security: [], parameters: [{ name: 'id', in: 'path' }] })
    expect(paths['/tea/cups/{id}']?.['delete']).not.toHaveProperty('security')
    const failure = paths['/tea/cups']?.['post']?.responses['default'] as DescribedAnswer
    expect(failure.content['application/json']?.schema.properties).toHaveProperty('oh_no')
    expect(paths['/completions']?.['post']?.responses['default']).toEqual({ $ref: '#/components/responses/Error' })
    expect(await (await fetch(`${gateway.url}/docs`)).text()).toContain('Pour a cup.')
  })

  it('is public where its operation is, and nowhere else', async () => {
    expect(await (await call('GET', '/v1/tea/cups/7', {})).json()).toEqual({ id: '7' })
    expect((await call('HEAD', '/tea/cups/7', {})).status).toBe(200)
    for (const [method, path] of [
      ['DELETE', '/tea/cups/7'],
      ['POST', '/tea/cups'],
      ['POST', '/tea/cups/7'],
      ['GET', '/tea/cups/7/x']
    ] as const) {
      const response = await call(method, path, {})
      expect([response.headers.get('x-teapot'), response.headers.get('www-authenticate')]).toEqual([
        'unauthenticated',
        'Bearer'
      ])
    }
  })

  it('lets pages read its headers and use its methods', async () => {
    const response = await call('POST', '/tea/cups', { authorization, origin: page }, '{}')
    const exposed = response.headers.get('access-control-expose-headers')?.split(',')
    expect(exposed).toEqual(expect.arrayContaining(['x-temperature', 'x-teapot', 'x-request-id', 'x-should-retry']))
    const preflight = await call('OPTIONS', '/tea/cups', { origin: page, 'access-control-request-method': 'DELETE' })
    expect(preflight.headers.get('access-control-allow-methods')?.split(',')).toContain('DELETE')
  })

  it.each([
    ['its own 404', 'GET', '/tea/cups/broken', {}, undefined, 'not_found'],
    ['a path below that is not there', 'GET', '/v1/tea/cups/7/8', { authorization }, undefined, 'not_found'],
    ['a path beside that is not there', 'GET', '/tea/pots', { authorization }, undefined, 'not_found'],
    ['a method that is not there', 'PUT', '/tea/cups', { authorization }, undefined, 'unsupported_method'],
    ['no token', 'POST', '/tea/cups', {}, undefined, 'unauthenticated'],
    ['a wrong token', 'POST', '/v1/tea/cups/', { 'x-api-key': 'sk-wrong' }, undefined, 'unauthenticated'],
    ['a page of elsewhere', 'GET', '/v1/tea/cups/1', { origin: 'https://evil.example' }, undefined, 'forbidden'],
    ['a body that is too large', 'POST', '/tea/cups', { authorization }, `"${'x'.repeat(2_000)}"`, 'too_large'],
    ['a body that is no JSON', 'POST', '/tea/cups', { authorization }, '{', 'invalid_request']
  ] as const)('renders failures in its dialect: %s', async (_title, method, path, headers, body, code) => {
    const response = await call(method, path, headers, body)
    expect([response.status, response.headers.get('x-teapot')]).toEqual([418, code])
    expect(await response.json()).toEqual({ oh_no: expect.stringMatching(new RegExp(`^${code}: .`)) as string })
  })

  it('leaves the failures of other paths as they are', async () => {
    expect(await ask(gateway, '/v1/teas')).toMatchObject({ status: 404, error: { code: 'unknown_url' } })
    expect(await ask(gateway, '/v1/models/none')).toMatchObject({ status: 404, error: { code: 'model_not_found' } })
    expect(await exchange(gateway.port, 'GET /tea/cups HTTP/9\r\n\r\n', true)).toContain('"code":"bad_request"')
  })
})
