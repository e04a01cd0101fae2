import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { agentsApi } from '../../src/api/agents/api.ts'
import { executorsApi } from '../../src/api/executors/api.ts'
import { installationApi } from '../../src/api/installation/api.ts'
import { sessionsApi } from '../../src/api/sessions/api.ts'
import { skillsApi } from '../../src/api/skills/api.ts'
import { threadsApi } from '../../src/api/threads/api.ts'
import { allApis } from '../../src/app/apis.ts'
import { elsewhereThanHere } from '../../src/app/elsewhere.ts'
import { operatorApi } from '../../src/remote/operator-api.ts'
import { turnsApi } from '../../src/remote/turns/api.ts'
import { saying, startGateway, token } from './start-gateway.ts'
import type { StartedGateway } from './start-gateway.ts'

const sentence = /this gateway is a front end: ask a gateway that runs there without CODEX_NATS_URL\.$/

/** What there is only where Codex runs. Nothing is called of what they are made of. */
const local = [agentsApi, threadsApi, sessionsApi, skillsApi, installationApi, operatorApi, turnsApi, executorsApi]
const operations = local.flatMap((make) => make({} as never).operations)

describe('a front end', () => {
  let gateway: StartedGateway
  const ask = (path: string, method = 'GET') =>
    fetch(`${gateway.url}/v1${path}`, { method, headers: { authorization: `Bearer ${token}` } })

  beforeAll(async () => {
    gateway = await startGateway({
      apis: allApis,
      run: saying('Hello'),
      elsewhere: elsewhereThanHere,
      env: { CODEX_NATS_URL: 'nats://127.0.0.1:4222' }
    })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  it('says of each path that is bound to a machine where it can be had', async () => {
    expect(operations.length).toBeGreaterThan(60)
    for (const { method, path } of operations) {
      const response = await ask(path.replaceAll(/\{\+?\w+\}/g, 'some'), method.toUpperCase())
      const { error } = (await response.json()) as { error: { message: string } }
      expect({ path, status: response.status, message: error.message }).toEqual({
        ...{ path, status: 400 },
        message: expect.stringMatching(sentence) as unknown
      })
    }
  })

  it('says so in the words of each API', async () => {
    const bodyOf = async (path: string) => ((await (await ask(path)).json()) as { error: unknown }).error
    expect(await bodyOf('/api/threads')).toEqual({
      ...{ code: 'unsupported', reason: 'unsupported_operation' },
      message: expect.stringMatching(sentence) as unknown
    })
    expect(await bodyOf('/agents/sessions')).toEqual({
      ...{ type: 'invalid_request_error', code: 'unsupported_operation', param: null },
      message: expect.stringMatching(sentence) as unknown
    })
  })

  it('says nothing of it to those without a token, and does not describe it', async () => {
    expect((await fetch(`${gateway.url}/v1/agents`)).status).toBe(401)
    const { paths } = (await (await ask('/openapi.json')).json()) as { paths: object }
    expect(Object.keys(paths).filter((path) => /agents|thread|sessions/.test(path))).toEqual([])
  })

  it('answers other unknown paths and methods as ever', async () => {
    expect((await ask('/embeddings')).status).toBe(404)
    expect((await ask('/workspaces', 'PUT')).status).toBe(405)
  })

  it('says to a remote client why it is not let in', async () => {
    const refused = async (headers: Record<string, string>) => {
      const socket = new WebSocket(gateway.url.replace('http', 'ws'), { headers })
      const [, response] = (await once(socket, 'unexpected-response')) as [
        unknown,
        NodeJS.ReadableStream & { statusCode: number }
      ]
      let text = ''
      for await (const chunk of response) text += String(chunk)
      return { status: response.statusCode, text }
    }
    const { status, text } = await refused({ authorization: `Bearer ${token}` })
    expect(status).toBe(400)
    expect((JSON.parse(text) as { error: { message: string } }).error.message).toMatch(sentence)
    expect((await refused({})).status).toBe(401)
  })
})
