import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allApis } from '../../src/app/apis.ts'
import { ask } from './ask.ts'
import { post, saying, startGateway } from './start-gateway.ts'
import type { StartedGateway } from './start-gateway.ts'

const hello = { model: 'gpt-5', messages: [{ role: 'user', content: 'Hi' }] }

describe('the gateway with all its APIs', () => {
  let gateway: StartedGateway
  beforeAll(async () => {
    const login = { name: 'login', ok: false, message: 'run codex login' }
    gateway = await startGateway({
      apis: allApis,
      run: saying('Hello', ' you'),
      readiness: async () => [login],
      facts: { version: '1' },
      env: { CODEX_ADVERTISED_MODELS: 'gpt-5' }
    })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  it.each(['/chat/completions', '/v1/chat/completions', '/v1/chat/completions/'])(
    'answers a chat completion at %s',
    async (path) => {
      const response = await post(gateway.url + path, hello)
      expect(response.headers.get('x-codex-engine')).toBe('scripted')
      expect(await response.json()).toMatchObject({
        model: 'gpt-5',
        choices: [{ message: { content: 'Hello you' }, finish_reason: 'stop' }],
        usage: { total_tokens: 12 }
      })
      expect(await gateway.line(({ id }) => id === response.headers.get('x-request-id'))).toMatchObject({
        route: '/chat/completions',
        model: 'gpt-5',
        status: 200
      })
    }
  )

  it('streams one', async () => {
    const text = await (await post(`${gateway.url}/v1/chat/completions`, { ...hello, stream: true })).text()
    expect([...text.matchAll(/"content":"([^"]*)"/g)].map((match) => match[1]).join('')).toBe('Hello you')
    expect(text).toMatch(/data: \[DONE\]\n\n$/)
  })

  it('lists its models', async () => {
    const response = await fetch(`${gateway.url}/v1/models`, {
      headers: { authorization: 'Bearer sk-test-0123456789abcdefghijkl' }
    })
    expect(await response.json()).toMatchObject({
      object: 'list',
      data: [{ id: 'gpt-5' }, { id: 'codex' }, { id: 'codex-bare' }, { id: 'autoglm-phone-9b' }]
    })
  })

  it.each(['/', '/v1', '/v1/', '//'])('says at %s what it is and where to read on, to everybody', async (path) => {
    const response = await fetch(gateway.url + path)
    expect(response.status).toBe(200)
    const welcome = (await response.json()) as Record<string, string>
    expect(welcome).toMatchObject({ name: 'codex-gateway', models: '/v1/models' })
    for (const place of [welcome['docs'], welcome['openapi'], welcome['health']])
      expect((await fetch(`${gateway.url}${place}`)).status).toBe(200)
    expect((await fetch(gateway.url + path, { method: 'HEAD' })).status).toBe(200)
  })

  it.each([
    ['POST', '/v1/embeddings', 'Point the embedder at another API'],
    ['GET', '/v1/files/file_1/content', 'images as data URLs'],
    ['POST', '/audio/speech', 'another API'],
    ['POST', '/v1/threads/thread_1/runs', 'previous_response_id']
  ])('says what to do instead of %s %s', async (method, path, advice) => {
    const { status, error } = await ask(gateway, path, {}, method)
    expect([status, error?.code]).toEqual([404, 'unknown_url'])
    expect(error?.message).toMatch(new RegExp(`^Unknown request URL: ${method} ${path}\\. .*${advice}`))
  })

  it.each([
    ['POST', '/v1/responses/anything'],
    ['PATCH', '/v1/responses/resp/cancel'],
    ['GET', '/v1/chat'],
    ['POST', '/v1/embedding'],
    ['POST', '/v1/v2/models']
  ])('knows no %s %s', async (method, path) => {
    const { status, headers, error } = await ask(gateway, path, {}, method)
    expect([status, headers.allow, error?.code]).toEqual([404, undefined, 'unknown_url'])
    expect(error?.message).toBe(`Unknown request URL: ${method} ${path}.`)
  })

  it.each([
    ['PUT', '/v1/responses/resp_1', 'DELETE, GET, HEAD'],
    ['GET', '/v1/responses/resp_1/cancel', 'POST'],
    ['TRACE', '/v1/chat/completions', 'GET, HEAD, POST'],
    ['TRACE', '/', 'GET, HEAD']
  ])('names the methods that would do instead of %s %s', async (method, path, allow) => {
    const { status, headers } = await ask(gateway, path, {}, method)
    expect([status, headers.allow]).toEqual([405, allow])
  })

  it('reports to all callers that it is alive and whether it can work, and with a token what it lacks', async () => {
    for (const path of ['/healthz', '/health', '/v1/health'])
      expect(await (await fetch(gateway.url + path)).json()).toMatchObject({ ok: true, version: '1' })
    const ready = await fetch(`${gateway.url}/ready`)
    expect([ready.status, await ready.json()]).toEqual([503, { ok: false }])
    expect(await ask(gateway, '/readyz', { authorization: '' })).toMatchObject({ status: 401 })
    expect(await ask(gateway, '/readyz')).toMatchObject({ status: 503 })
  })
})
