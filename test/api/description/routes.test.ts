import { Seal } from '../../../src/store/seal.ts'
import { Store } from '../../../src/store/store.ts'
import { Lifetimes } from '../../../src/turn/lifetimes.ts'
import { Webhooks } from '../../../src/webhooks/webhooks.ts'
import { Work } from '../../../src/work/work.ts'
import { createHash } from 'node:crypto'
import { get } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Validator } from '@seriousme/openapi-schema-validator'
import { z } from 'zod'
import type { Description } from '../../../src/api/description/document.ts'
import { configFrom } from '../../../src/config/config.ts'
import { chatParameters } from '../../../src/api/chat/parameters.ts'
import { completionsParameters } from '../../../src/api/completions/parameters.ts'
import { responsesParameters } from '../../../src/api/responses/parameters.ts'
import { Tokens } from '../../../src/access/tokens.ts'
import { accessFor } from '../../../src/app/access.ts'
import { allApis } from '../../../src/app/apis.ts'
import { surfaceOf } from '../../../src/http/surface.ts'
import { openaiErrors } from '../../../src/openai/errors.ts'
import { startGateway, token } from '../../app/start-gateway.ts'
import type { StartedGateway } from '../../app/start-gateway.ts'
import { message, scriptedEngine, turn } from '../../support/scripted-engine.ts'

let gateway: StartedGateway
let described: Description
beforeAll(async () => {
  gateway = await startGateway({
    engine: scriptedEngine(turn(...message('m', 'pong')), [{ id: 'gpt-test', isDefault: true }]),
    env: { CODEX_THREAD_TTL_HOURS: '0' },
    apis: undefined
  })
  described = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as Description
})
afterAll(() => gateway[Symbol.asyncDispose]())

const operationsOf = ({ paths }: Description) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
  )
const json = (schema: unknown) => z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
const bodyOf = (path: string) => described.paths[path]?.['post']?.requestBody?.content['application/json'].schema

describe('the description of the API', () => {
  it('is valid OpenAPI 3.1', async () => {
    expect(await new Validator().validate({ ...described })).toEqual({ valid: true })
  })

  it.each([
    ['/openapi.json', 'application/json; charset=utf-8'],
    ['/docs', 'text/html; charset=utf-8']
  ])('is answered with its type and length: %s', async (path, type) => {
    const [get, head] = await Promise.all(['GET', 'HEAD'].map((method) => fetch(gateway.url + path, { method })))
    const length = String((await get?.arrayBuffer())?.byteLength)
    for (const answer of [get, head])
      expect(Object.fromEntries(answer?.headers ?? [])).toMatchObject({
        'content-type': type,
        'content-length': length
      })
  })

  it('describes every route, and no other', () => {
    const engine = scriptedEngine([])
    const unread = () => Promise.reject(new Error('unread'))
    const readBody = Object.assign(unread, { form: unread })
    const store = new Store({ folder: '/nonexistent' })
    const work = new Work(new Lifetimes(), () => store.presence)
    const login = accessFor(new Tokens([]), undefined, store, configFrom({}))
    const options = {
      store,
      work,
      webhooks: new Webhooks({
        store,
        seal: new Seal('/nonexistent/key'),
        hosts: [],
        secret: undefined,
        nameOf: (owner) => owner
      }),
      login,
      engine,
      config: configFrom({}),
      readBody,
      prefix: '/v1',
      dialect: openaiErrors
    }
    const { stack } = surfaceOf(allApis(options), openaiErrors).router
    const routes = stack.flatMap(({ path, methods }) =>
      methods
        .filter((method) => method !== 'HEAD')
        .map((method) => `${method} ${String(path).replaceAll(/[*:](\w+)/g, '{$1}')}`)
    )
    expect(operationsOf(described).sort()).toEqual(routes.sort())
  })

  it('describes the metrics only where they are served', async () => {
    await using other = await startGateway({
      apis: undefined,
      metrics: { exposition: async () => ({ type: 'text/plain', text: '' }) }
    })
    expect(operationsOf((await (await fetch(`${other.url}/v1/openapi.json`)).json()) as Description)).toContain(
      'GET /metrics'
    )
    expect(operationsOf(described)).not.toContain('GET /metrics')
  })

  it.each([
    [
      '/chat/completions',
      chatParameters,
      { messages: [{ role: 'user', content: 'Say pong.' }] },
      { messages: [{ role: 'nobody', content: 'Say pong.' }] }
    ],
    [
      '/responses',
      responsesParameters,
      { input: [{ role: 'user', content: [{ type: 'input_text', text: 'Say pong.' }] }], temperature: null },
      { input: [] }
    ],
    ['/completions', completionsParameters, { prompt: ['a', 'b'] }, {}]
  ] as const)(
    'knows every parameter of %s, what may be sent and what comes back',
    async (path, parameters, right, wrong) => {
      const schema = bodyOf(path)
      expect([...parameters.keys()].filter((name) => !schema?.properties?.[name]?.description)).toEqual([])
      expect([json(schema).safeParse(right).success, json(schema).safeParse(wrong).success]).toEqual([true, false])
      const post = (body: object) =>
        fetch(`${gateway.url}/v1${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(body)
        })
      const answers = described.paths[path]?.['post']?.responses
      const answer = answers?.['200'] && 'content' in answers['200'] ? answers['200'].content : {}
      expect(json(answer['application/json']?.schema).safeParse(await (await post(right)).json())).toMatchObject({
        success: true
      })
      const refused = await post(wrong)
      const { Error: failure } = described.components['schemas'] as { Error: unknown }
      expect([refused.status, json(failure).safeParse(await refused.json()).success]).toEqual([400, true])
      expect(Object.keys(answers ?? {})).toEqual(
        expect.arrayContaining(['400', '401', '404', '415', '429', '502', '504'])
      )
    }
  )

  it('has no reference that leads nowhere', () => {
    const references = JSON.stringify(described).match(/"\$ref":"[^"]*"/g) ?? []
    expect(new Set(references)).toEqual(
      new Set(['"$ref":"#/components/responses/Error"', '"$ref":"#/components/schemas/Error"'])
    )
  })

  it('gives every operation a name of its own, and its failures', () => {
    const operations = Object.values(described.paths).flatMap((methods) => Object.values(methods))
    const names = operations.map(({ operationId }) => operationId)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toEqual(expect.arrayContaining(['getRoot', 'postChatCompletions', 'getResponsesByIdInputItems']))
    for (const { responses, security, parameters = [] } of operations) {
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['200', '400', '403', '500', 'default']))
      if (security === undefined) expect(responses).toHaveProperty('401')
      if (parameters.some((parameter) => parameter.in === 'path')) expect(responses).toHaveProperty('404')
      const inHeaders = parameters.flatMap((parameter) => (parameter.in === 'header' ? parameter.name : []))
      expect(inHeaders.includes('x-codex-workspace')).toBe(security === undefined)
    }
  })

  it.each(['/docs', '/openapi.json'])('needs no token, but a host that is known: %s', async (path) => {
    expect((await fetch(gateway.url + path)).status).toBe(200)
    const status = await new Promise((resolve, reject) =>
      get(gateway.url + path, { headers: { host: 'evil.example' } }, (response) =>
        resolve(response.resume().statusCode)
      ).on('error', reject)
    )
    expect(status).toBe(403)
    expect((await fetch(gateway.url + path, { headers: { origin: 'https://evil.example' } })).status).toBe(403)
  })
})

describe('the page', () => {
  it('shows every operation, runs nothing and loads nothing', async () => {
    const response = await fetch(`${gateway.url}/v1/docs`)
    const page = await response.text()
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    for (const operation of operationsOf(described))
      expect(page).toContain(`<h2><code>${operation.replace(' ', ' /v1')}</code></h2>`)
    expect(page).not.toMatch(/<script|<link|<img|<iframe|<form|style=|\son\w+=|src=|url\(|https?:/i)
    const styles = [...page.matchAll(/<style>([^]*?)<\/style>/g)].map(([, text = '']) =>
      createHash('sha256').update(text).digest('base64')
    )
    expect(response.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${styles.join()}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
    )
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(targets).size).toBe(operationsOf(described).length)
    for (const id of targets) expect(page).toContain(`<section id="${id}">`)
  })
})
