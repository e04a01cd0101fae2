import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorBody } from '../support/openai-schemas.ts'
import { says } from '../support/upstream/answer.ts'
import { failures, rateLimited } from '../support/upstream/failure.ts'
import { cutAfter, dripped, dropped, mute } from '../support/upstream/script.ts'
import type { Script } from '../support/upstream/script.ts'
import { startUpstream } from '../support/upstream/upstream.ts'
import { chat, fullAnswerOf } from './watched-gateway.ts'
import { startGatewayOnCodex } from './gateway-on-codex.ts'
import type { GatewayOnCodex, CodexOptions } from './gateway-on-codex.ts'

const hello = says('Hel', 'lo')
const engines = ['exec', 'app-server'] as const
const two = { limits: { concurrency: 2 } }

/** A gateway for all tests of a block. */
function shared(engine: (typeof engines)[number], options: CodexOptions): () => GatewayOnCodex {
  let gateway: GatewayOnCodex | undefined
  beforeAll(async () => {
    gateway = await startGatewayOnCodex(engine, { ...two, ...options })
  })
  afterAll(() => gateway?.[Symbol.asyncDispose]())
  return () => gateway!
}

/** Asks whole and streamed, at once; what both were told. */
async function toldWhen(
  gateway: GatewayOnCodex,
  answer: Script
): Promise<{ statuses: number[]; told: string; whole: string }> {
  gateway.upstream.answerAll(answer)
  const [whole, streamed] = await Promise.all([chat(gateway.url), chat(gateway.url, true)])
  const text = await whole.clone().text()
  return {
    statuses: [whole.status, streamed.status],
    whole: text,
    told: (await Promise.all([whole, streamed].map(fullAnswerOf))).join()
  }
}

describe.each(engines)('a model provider under %s', (engine) => {
  const gateway = shared(engine, {})

  it.each<[string, Script, number]>([
    ['refuses the key', failures.unauthorized, 502],
    ['has had too many requests', rateLimited(7), 429],
    ['fails', failures.server, 502],
    ['tears the connection', dropped, 502],
    ['is no model provider', { headers: { 'content-type': 'text/html' }, pieces: ['<html>Bad gateway</html>'] }, 502]
  ])('that %s is an error with a status, streamed or not', async (_, answer, status) => {
    const { statuses, whole, told } = await toldWhen(gateway(), answer)
    expect(statuses).toEqual([status, status])
    expect(errorBody.parse(JSON.parse(whole)).error.message).toMatch(/^[A-Z].*\.$/)
    expect(told).toContain(`["x-should-retry","${String(answer !== failures.unauthorized)}"]`)
    await gateway().expectNothingLeft(told, 2)
  })

  it('that tears a stream in the middle is an error in the stream, or a status where no word was said', async () => {
    const { statuses, told } = await toldWhen(gateway(), cutAfter('response.output_text.delta', hello, 'drop'))
    expect(statuses).toEqual([502, engine === 'exec' ? 502 : 200])
    expect(told).not.toMatch(/"finish_reason":"|\[DONE\]/)
    await gateway().expectNothingLeft(told, 2)
  })

  it('that drips is waited for', async () => {
    const { statuses, told } = await toldWhen(gateway(), dripped(40, says('Slow', 'ly')))
    expect(statuses).toEqual([200, 200])
    expect(told.match(/Slow/g)).toHaveLength(2)
    await gateway().expectNothingLeft(told, 2)
  })
})

describe.each(engines)('a model provider that says nothing, under %s,', (engine) => {
  const gateway = shared(engine, { clocks: { idle: 1_000 } })

  it.each<[string, Script]>([
    ['before the headers', mute],
    ['in the middle', cutAfter('response.output_text.delta', hello, 'hang')]
  ])('is left in time: %s', async (where, answer) => {
    const heard = where === 'in the middle' && engine === 'app-server'
    const { statuses, told } = await toldWhen(gateway(), answer)
    expect(statuses).toEqual([504, heard ? 200 : 504])
    expect(told).not.toMatch(/"finish_reason":"|\[DONE\]/)
    await gateway().expectNothingLeft(told, 2)
  })
})

describe.each(engines)('a model provider that codex asks again, under %s,', (engine) => {
  it('is heard once', async () => {
    await using gateway = await startGatewayOnCodex(engine, { ...two, retries: 1 })
    gateway.upstream.answerNext(cutAfter('response.output_text.delta', hello, 'drop'), failures.server) // one for each
    const { statuses, told } = await toldWhen(gateway, hello)
    expect(statuses).toEqual([200, 200])
    expect(told).toContain('"content":"Hello"')
    expect(gateway.upstream.count).toBe(4)
    await gateway.expectNothingLeft(told, 2)
  })
})

describe.each(engines)('a model provider that is not there, under %s,', (engine) => {
  it('is an error that does not name it, until it is there', async () => {
    await using gateway = await startGatewayOnCodex(engine, two)
    await gateway.upstream[Symbol.asyncDispose]()
    const { statuses, told } = await toldWhen(gateway, hello)
    expect(statuses).toEqual([502, 502])
    await using _back = await startUpstream(says('Fine.'), { port: Number(new URL(gateway.upstream.url).port) })
    await gateway.expectNothingLeft(told, 2)
  })
})
