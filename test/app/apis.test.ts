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
    expect(await response.json()).toMatchObject({ object: 'list', data: [{ id: 'gpt-5' }] })
  })

  it('reports to all callers that it is alive, and with a token whether it can work', async () => {
    expect(await (await fetch(`${gateway.url}/healthz`)).json()).toEqual({ ok: true, version: '1' })
    expect(await ask(gateway, '/readyz', { authorization: '' })).toMatchObject({ status: 401 })
    expect(await ask(gateway, '/readyz')).toMatchObject({ status: 503 })
  })
})
