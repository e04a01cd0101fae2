import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import Koa from 'koa'
import { describe, expect, it } from 'vitest'
import { writeJsonAtOnce } from '../../../src/http/answer/json.ts'
import { listen } from '../start-server.ts'

async function answerOf(body: unknown, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const app = new Koa()
  writeJsonAtOnce(app.response)
  let set: unknown
  app.use((ctx) => {
    ctx.set(headers)
    ctx.body = body
    set = ctx.body
  })
  await using server = await listen(createServer((req, res) => void app.callback()(req, res)))
  const response = await fetch(server.url)
  const { status } = response
  const [type, length] = ['content-type', 'content-length'].map((name) => response.headers.get(name))
  return { set, status, type, length, text: await response.text() }
}

describe('the body of an answer', () => {
  const json = 'application/json; charset=utf-8'

  it.each([
    [{ a: 'é' }, '{"a":"é"}', '10'],
    [[1], '[1]', '3']
  ])('is JSON as soon as it is set: %j', async (body, text, length) => {
    expect(await answerOf(body)).toEqual({ set: text, status: 200, type: json, length, text })
  })

  it('keeps a type that is JSON, and no other', async () => {
    const types = ['application/problem+json', 'text/plain']
    const answers = await Promise.all(types.map((type) => answerOf({}, { 'content-type': type })))
    expect(answers.map(({ type }) => type)).toEqual([types[0], json])
  })

  it.each([
    ['text', 'text', 'text/plain; charset=utf-8'],
    ['bytes', Buffer.from('bytes'), 'application/octet-stream'],
    ['a stream', Readable.from(['a stream']), 'application/octet-stream'],
    ['a web response', new Response('a web response'), 'text/plain;charset=UTF-8']
  ])('may be %s', async (text, body, type) => {
    expect(await answerOf(body)).toMatchObject({ status: 200, type, text })
  })

  it('may be nothing', async () => {
    expect(await answerOf(undefined)).toMatchObject({ status: 204, type: null, text: '' })
  })
})
