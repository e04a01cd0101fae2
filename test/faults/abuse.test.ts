import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { schemaLimits } from '../../src/openai/structured.ts'
import { allApis } from '../../src/app/apis.ts'
import { exchange, post, startGateway, token } from '../app/start-gateway.ts'
import { message, scriptedEngine, turn } from '../support/scripted-engine.ts'
import { says } from '../support/upstream/answer.ts'
import { ask } from './watched-gateway.ts'
import { startGatewayOnCodex } from './gateway-on-codex.ts'

const texts = [
  'a\n\ndata: [DONE]\n\n',
  'data: {"error":{"message":"x"}}\n\n',
  'event: response.completed\n',
  '\r\n\r\n',
  '\u2028\u2029',
  'nul \u0000',
  '\ufeff',
  ': comment\n\n',
  'id: 1\nretry: 1\n',
  '😀 ü 中',
  '</script><!--',
  'x'.repeat(1_000_000)
]

describe.each(['exec', 'app-server'] as const)('what the model says, on %s,', (engine) => {
  it('reaches a client as it was said, however much it looks like the protocol', async () => {
    await using gateway = await startGatewayOnCodex(engine)
    gateway.upstream.answerAll(says(...texts))
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: token, maxRetries: 0 })
    let said = ''
    for await (const chunk of await client.chat.completions.create({
      model: 'gpt-5.5',
      stream: true,
      messages: [{ role: 'user', content: 'Speak.' }]
    }))
      said += chunk.choices[0]?.delta.content ?? ''
    expect(said.length).toBe(texts.join('').length)
    expect(said === texts.join('')).toBe(true)
    await gateway.expectNothingLeft('', 1)
  })
})

const nested = (depth: number): object => (depth === 0 ? {} : { type: 'object', properties: { a: nested(depth - 1) } })
const fan = (count: number) => ({
  $defs: Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`d${index}`, { $ref: `#/$defs/d${index + 1}` }])
  )
})

const slowPattern = { type: 'string', pattern: '^(a+)+$', default: 'a'.repeat(40) }

describe('a JSON schema', () => {
  it.each<[string, object, number]>([
    ['deeper than any', nested(40), 400],
    ['with a reference for everything', fan(100_000), 400],
    ['of a megabyte', { description: 'x'.repeat(1_000_000) }, 400],
    [
      'with a thousand and one properties',
      { properties: Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`p${index}`, {}])) },
      400
    ],
    ['with a pattern that takes for ever', { type: 'object', properties: { a: slowPattern } }, 200],
    ['that refers to another host', { $ref: 'http://127.0.0.1:9/schema' }, 200],
    ['that refers to itself', { $ref: '#' }, 200]
  ])('%s is refused, or passed on unread', async (_, schema, status) => {
    const engine = scriptedEngine(turn(...message('m', '{}')))
    await using gateway = await startGateway({ engine, apis: allApis, env: { CODEX_THREAD_TTL_HOURS: '0' } })
    const chat = { ...ask, response_format: { type: 'json_schema', json_schema: { name: 'n', schema } } }
    const tool = { ...ask, tools: [{ type: 'function', function: { name: 'f', parameters: schema } }] }
    const response = {
      model: 'gpt-5.5',
      input: 'x',
      store: false,
      text: { format: { type: 'json_schema', name: 'n', schema } }
    }
    const answers = [
      await post(`${gateway.url}/v1/chat/completions`, chat),
      await post(`${gateway.url}/v1/chat/completions`, tool),
      await post(`${gateway.url}/v1/responses`, response)
    ]
    expect(answers.map((answer) => answer.status)).toEqual([status, status, status])
    expect(engine.turns).toHaveLength(status === 200 ? 3 : 0)
    for (const {
      request: { outputSchema, tools }
    } of engine.turns)
      expect(JSON.stringify(outputSchema ?? tools?.[0]?.parameters).length).toBeLessThanOrEqual(schemaLimits.bytes)
  })
})

it('a header named __proto__ is one header among others', async () => {
  await using gateway = await startGateway()
  const answer = await exchange(
    gateway.port,
    `GET /v1/models/x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n__proto__: x\r\n__proto__: y\r\nconstructor: z\r\nConnection: close\r\n\r\n`
  )
  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  expect(({} as { x?: unknown }).x).toBeUndefined()
})
