import { describe, expect, it } from 'vitest'
import { answerWhenReady } from '../../src/http/answer/waiting.ts'
import type { Waiting } from '../../src/http/answer/waiting.ts'
import { GatewayError } from '../../src/turn/error.ts'
import { startMiddleware } from './start-server.ts'

/** A server whose answer is made by `make`, which is given what resolves when the client has had enough of blanks. */
async function waitedFor(make: (blanks: Promise<void>) => Promise<unknown>, waiting?: Waiting, enough = 3) {
  let goOn = () => {}
  const blanks = new Promise<void>((resolve) => (goOn = resolve))
  const bugs: unknown[] = []
  await using server = await startMiddleware(
    (ctx) => answerWhenReady(ctx, () => make(blanks), waiting),
    (error) => bugs.push(error)
  )
  const response = await fetch(server.url)
  let body = ''
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    body += text
    if (body.length >= enough) goOn()
  }
  return { response, body, bugs }
}

const early = { earlyMs: 5, silenceMs: 5 }

describe('an answer that takes long', () => {
  it('sends its headers and blanks before it is there', async () => {
    const { response, body } = await waitedFor((blanks) => blanks.then(() => ({ a: 1 })), early)
    expect([response.status, response.headers.get('content-type'), response.headers.get('content-length')]).toEqual([
      200,
      'application/json; charset=utf-8',
      null
    ])
    expect(body).toMatch(/^\n{3,}\{"a":1\}$/)
  })

  it.each([
    [
      'a failure',
      new GatewayError('timeout', 'Too late.'),
      { message: 'Too late.', type: 'server_error', param: null, code: 'timeout' },
      0
    ],
    [
      'a bug',
      new TypeError('secret'),
      {
        message: 'The gateway failed to answer this request.',
        type: 'server_error',
        param: null,
        code: 'internal_error'
      },
      1
    ]
  ])('renders %s in its body', async (_, error, told, bugs) => {
    const answer = await waitedFor((blanks) => blanks.then(() => Promise.reject(error)), early)
    expect([answer.response.status, JSON.parse(answer.body)]).toEqual([200, { error: told }])
    expect(answer.bugs).toHaveLength(bugs)
  })
})

describe('an answer that does not', () => {
  it.each([undefined, { earlyMs: 0 }, { earlyMs: 60_000 }])('is sent as any other: %j', async (waiting) => {
    const { response, body } = await waitedFor(() => Promise.resolve({ a: 1 }), waiting)
    expect([body, response.headers.get('content-length')]).toEqual(['{"a":1}', '7'])
  })

  it('keeps the status of a failure', async () => {
    const { response, body } = await waitedFor(() => Promise.reject(new GatewayError('timeout', 'Too late.')), {
      earlyMs: 60_000
    })
    expect([response.status, JSON.parse(body)]).toMatchObject([504, { error: { code: 'timeout' } }])
  })
})
