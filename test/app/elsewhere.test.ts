import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { executorsApi } from '../../src/api/executors/api.ts'
import { allApis } from '../../src/app/apis.ts'
import { leftOutAtFrontEnds, leftOutWithoutRemote } from '../../src/app/elsewhere.ts'
import { operatorApi } from '../../src/remote/operator-api.ts'
import { turnsApi } from '../../src/remote/turns/api.ts'
import { saying, startGateway, token } from './start-gateway.ts'
import type { StartedGateway } from './start-gateway.ts'

const sentence = /this gateway is a front end: ask a gateway that runs there without CODEX_NATS_URL\.$/

/** What there is only where Codex runs. Nothing is called of what they are made of. */
const local = [operatorApi, turnsApi, executorsApi]
const operations = local.flatMap((make) => make({} as never).operations)

describe('a front end', () => {
  let gateway: StartedGateway
  beforeAll(async () => {
    gateway = await startGateway({
      apis: allApis,
      run: saying('Hello'),
      ...leftOutAtFrontEnds,
      forward: (ctx) => void (ctx.body = { forwarded: ctx.path })
    })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  it('says of each path that is bound to a machine where it can be had', async () => {
    expect(operations.length).toBeGreaterThan(5)
    for (const { method, path } of operations) {
      const response = await ask(gateway, path.replaceAll(/\{\+?\w+\}/g, 'some'), method.toUpperCase())
      const { error } = (await response.json()) as { error: { message: string } }
      expect({ path, status: response.status, message: error.message }).toEqual({
        ...{ path, status: 400 },
        message: expect.stringMatching(sentence) as unknown
      })
    }
  })

  it('leaves to a worker what a worker has, describes it, and knows its methods', async () => {
    for (const path of ['/api/threads', '/agents/sessions', '/api/sessions/one/state', '/files/one', '/api/models'])
      expect(await (await ask(gateway, path)).json()).toEqual({ forwarded: path })
    const { paths } = (await (await ask(gateway, '/openapi.json')).json()) as { paths: object }
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/agents', '/api/threads', '/api/sessions']))
    expect((await ask(gateway, '/api/thread/start', 'PUT')).status).toBe(405)
  })

  it('says nothing of it to those without a token', async () => {
    expect((await fetch(`${gateway.url}/v1/agents`)).status).toBe(401)
  })

  it('answers other unknown paths and methods as ever', async () => {
    expect((await ask(gateway, '/embeddings')).status).toBe(404)
    expect((await ask(gateway, '/workspaces', 'PUT')).status).toBe(405)
  })

  it('says to a remote client why it is not let in', async () => {
    const { status, message } = await refusedAt(gateway)
    expect(status).toBe(400)
    expect(message).toMatch(sentence)
    expect((await refusedAt(gateway, {})).status).toBe(401)
  })
})

it('a gateway without remote clients says which setting lets them in', async () => {
  await using gateway = await startGateway({ apis: allApis, ...leftOutWithoutRemote })
  const off = /^Remote clients and executors are off here: the operator can set CODEX_REMOTE=1\.$/
  expect((await refusedAt(gateway)).message).toMatch(off)
  for (const { method, path } of [operatorApi, turnsApi, executorsApi].flatMap(
    (make) => make({} as never).operations
  )) {
    const response = await ask(gateway, path.replaceAll(/\{\+?\w+\}/g, 'some'), method.toUpperCase())
    expect(((await response.json()) as Failure).error.message).toMatch(off)
  }
})

interface Failure {
  error: { message: string }
}

const withToken = { authorization: `Bearer ${token}` }

const ask = ({ url }: StartedGateway, path: string, method = 'GET') =>
  fetch(`${url}/v1${path}`, { method, headers: withToken })

/** What a remote client is answered that is not let in. */
async function refusedAt({ url }: StartedGateway, headers: Record<string, string> = withToken) {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers })
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  const { error } = (await json(response)) as Failure
  return { status: response.statusCode, message: error.message }
}
