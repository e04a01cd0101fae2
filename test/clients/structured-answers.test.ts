import { describe, expect, it } from 'vitest'
import { chatStreamFrom } from '../support/chat-stream.ts'
import { chatCompletion, errorBody } from '../support/openai-schemas.ts'
import { responseResource } from '../support/response-schemas.ts'
import { responseStreamFrom, textOf } from '../support/response-stream.ts'
import { says } from '../support/upstream/answer.ts'
import { failure, incomplete } from '../support/upstream/failure.ts'
import { sharedGateway } from './shared-gateway.ts'

const gateway = sharedGateway()

async function post(path: string, body: object): Promise<Response> {
  const { baseURL, apiKey } = gateway()
  return fetch(`${baseURL}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body)
  })
}

type Schema = Record<string, unknown>
const text = { type: 'string' }
const person = { type: 'object', properties: { name: text, nick: text }, required: ['name'] }
const record = { type: 'object', additionalProperties: { type: 'number' } }
const strict = { type: 'object', properties: { name: text }, required: ['name'], additionalProperties: false }

const chat = (model: string, schema: Schema, more: object = {}) => ({
  model,
  messages: [{ role: 'user', content: 'Who?' }],
  response_format: { type: 'json_schema', json_schema: { name: 'p', schema, ...more } }
})
const response = (model: string, schema: Schema, more: object = {}) => ({
  model,
  input: 'Who?',
  store: false,
  text: { format: { type: 'json_schema', name: 'p', schema, ...more } }
})

/** The four answers to one schema: of both APIs, complete and streamed. */
async function answers(model: string, schema: Schema, more?: object): Promise<(string | null)[]> {
  const [asChat, asResponse] = [chat(model, schema, more), response(model, schema, more)]
  const { choices } = chatCompletion.parse(await (await post('/chat/completions', asChat)).json())
  const streamed = chatStreamFrom(await (await post('/chat/completions', { ...asChat, stream: true })).text())
  const { output } = responseResource.parse(await (await post('/responses', asResponse)).json())
  const events = responseStreamFrom(await (await post('/responses', { ...asResponse, stream: true })).text())
  return [
    choices[0].message.content,
    streamed.content,
    ...[output, events.response.output].map((all) => all.map(textOf).join())
  ]
}

const sent = () => gateway().upstream.requests.at(-1)?.body
const four = (text: string) => [text, text, text, text]

describe.each(['assistant', 'live'])('a schema that is not strict, on %s', (model) => {
  it.each([{}, { strict: false }])(
    'is closed for the model, and its answer has what the caller allows: %j',
    async (more) => {
      gateway().upstream.answerAll(says('{"name":"Ada",', '"nick":null}'))
      expect(await answers(model, person, more)).toEqual(four('{"name":"Ada"}'))
      expect(sent()?.text?.format).toMatchObject({
        strict: true,
        schema: {
          properties: { name: text, nick: { type: ['string', 'null'] } },
          required: ['name', 'nick'],
          additionalProperties: false
        }
      })
    }
  )

  it('goes to the model in words where strict mode has none', async () => {
    gateway().upstream.answerAll(says(JSON.stringify({ json: '{"a": 1}' })))
    expect(await answers(model, record)).toEqual(four('{"a": 1}'))
    expect(JSON.stringify(sent()?.input)).toContain(JSON.stringify(JSON.stringify(record)).slice(1, -1))
  })

  it('whose answer does not follow it is a failure that may be retried', async () => {
    gateway().upstream.answerAll(says(JSON.stringify({ json: '{"a": "x"}' })))
    for (const request of [
      post('/chat/completions', chat(model, record)),
      post('/responses', response(model, record))
    ]) {
      const failed = await request
      expect([failed.status, failed.headers.get('x-should-retry')]).toEqual([502, 'true'])
      expect(errorBody.parse(await failed.json()).error.message).toMatch(/does not follow the JSON schema.*\$\.a/)
    }
  })

  it('whose answer is cut off has what there is', async () => {
    gateway().upstream.answerAll(incomplete('max_output_tokens', '{"json": "{'))
    expect(await answers(model, record)).toEqual(four('{"json": "{'))
  })

  it('is sent as it is where it is strict all the same', async () => {
    gateway().upstream.answerAll(says('{"name":"Ada"}'))
    expect(await answers(model, strict)).toEqual(four('{"name":"Ada"}'))
    expect(sent()?.text?.format?.['schema']).toEqual(strict)
  })

  it('stays in words when a stored response is continued', async () => {
    gateway().upstream.answerAll(says(JSON.stringify({ json: '{"a":1}' })))
    const first = await post('/responses', { model, input: 'Hi.' })
    const { id } = responseResource.parse(await first.json())
    const next = await post('/responses', { ...response(model, record), store: true, previous_response_id: id })
    expect(responseResource.parse(await next.json()).output.map(textOf)).toEqual(['{"a":1}'])
    expect(JSON.stringify(sent()?.input)).toContain('follows this JSON schema')
  })
})

describe.each(['assistant', 'live'])('a strict schema that the provider refuses, on %s', (model) => {
  const open = { type: 'object', properties: { city: text }, additionalProperties: false }
  const words =
    "Invalid schema for response_format 'codex_output_schema': In context=(), 'required' is required to be supplied and to be an array including every key in properties. Missing 'city'."
  const refusal = (message: string) =>
    failure(400, { message, type: 'invalid_request_error', param: 'text.format.schema', code: 'invalid_json_schema' })
  const errors = async () => {
    const bodies = [
      await post('/chat/completions', chat(model, open, { strict: true })),
      await post('/responses', response(model, open, { strict: true }))
    ]
    return Promise.all(
      bodies.map(async (body) => ({ status: body.status, ...errorBody.parse(await body.json()).error }))
    )
  }

  it('is sent as it is, and refused for the provider’s reason', async () => {
    gateway().upstream.answerAll(refusal(words))
    const expected = { status: 400, message: words, code: 'invalid_json_schema', type: 'invalid_request_error' }
    expect(await errors()).toEqual([
      { ...expected, param: 'response_format' },
      { ...expected, param: 'text.format.schema' }
    ])
    expect(sent()?.text?.format?.['schema']).toEqual(open)
  })

  it('is refused in words of the gateway for any other reason', async () => {
    gateway().upstream.answerAll(refusal(`${words} See http://127.0.0.1/?key=sk-secret`))
    const message = 'The model provider does not accept this JSON schema.'
    expect(await errors()).toMatchObject([
      { message, code: 'invalid_json_schema' },
      { message, code: 'invalid_json_schema' }
    ])
  })
})

describe('encrypted reasoning that the provider cannot read', () => {
  it('is refused with the provider’s code', async () => {
    gateway().upstream.answerAll(
      failure(400, { message: 'No.', type: 'invalid_request_error', code: 'invalid_encrypted_content' })
    )
    const items = [{ type: 'reasoning', encrypted_content: 'foreign', summary: [] }]
    const input = [{ role: 'user', content: 'Hi' }, ...items, { role: 'user', content: 'And?' }]
    const refused = await post('/responses', { model: 'gpt-5.5', input, store: false })
    expect(errorBody.parse(await refused.json()).error).toMatchObject({
      code: 'invalid_encrypted_content',
      param: 'input'
    })
  })
})
