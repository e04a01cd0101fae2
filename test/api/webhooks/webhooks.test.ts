import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai-newest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { responsesApi } from '../../../src/api/responses/api.ts'
import { storedResponsesIn } from '../../../src/api/responses/stored-responses.ts'
import { responseKind } from '../../../src/api/responses/stored-response.ts'
import { webhooksApi } from '../../../src/api/webhooks/api.ts'
import { JobStore } from '../../../src/work/job-store.ts'
import { startGateway } from '../../app/start-gateway.ts'
import type { StartedGateway } from '../../app/start-gateway.ts'
import { admitted, completed, message, scriptedEngine } from '../../support/scripted-engine.ts'
import { readImage } from '../../support/images.ts'
import { startReceiver } from '../../webhooks/receiver.ts'
import type { Receiver } from '../../webhooks/receiver.ts'

const tokens = ['cgw_the-first-token-of-these-tests', 'cgw_the-other-token-of-these-tests'] as const
let home: string
let receiver: Receiver
let served: StartedGateway
let client: OpenAI
let other: OpenAI

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'webhooks-'))
  receiver = await startReceiver()
  const engine = scriptedEngine([admitted, { type: 'turn.started' }, ...message('m', 'pong'), completed])
  const bounds = { ttlMs: 3_600_000, count: 100, bytes: 10_000_000 }
  served = await startGateway({
    env: {
      CODEX_GATEWAY_TOKEN: tokens.join(),
      CODEX_CLI_HOME: home,
      CODEX_WEBHOOK_HOSTS: `127.0.0.1:${receiver.port}`
    },
    engine,
    apis: ({ readBody, work, store, webhooks }) => [
      webhooksApi({ webhooks, readBody }),
      responsesApi({
        ...{ engine, readBody, readImage, work, unsupportedParameters: 'ignore', maxPromptChars: 1_000 },
        resolveModel: async () => ({ name: 'gpt-test', model: 'gpt-test', stripAnswerTags: false }),
        jobs: new JobStore(store, 'response'),
        stored: storedResponsesIn(store.records(responseKind(bounds)), undefined, (...event) =>
          webhooks.publish(...event)
        )
      })
    ]
  })
  const clientOf = (apiKey: string) => new OpenAI({ baseURL: `${served.url}/v1`, apiKey, maxRetries: 0 })
  ;[client, other] = tokens.map(clientOf) as [OpenAI, OpenAI]
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
  await rm(home, { recursive: true })
})

const wanted = (url = receiver.url) => ({ name: 'mine', url, event_types: ['response.completed' as const] })

describe('webhook endpoints', () => {
  it('are made, shown, listed, changed and deleted by OpenAI’s client, each by its owner alone', async () => {
    const made = await client.webhooks.create(wanted())
    expect(made).toMatchObject({ object: 'webhook_endpoint', name: 'mine', url: receiver.url })
    const { signing_secret, ...shown } = made
    expect(shown.signing_secret_hint).toBe(`whsec_...${signing_secret.slice(-4)}`)
    expect(await client.webhooks.retrieve(made.id)).toEqual(shown)
    expect((await client.webhooks.update(made.id, { name: 'renamed' })).name).toBe('renamed')
    const second = await client.webhooks.create(wanted())
    const ids: string[] = []
    for await (const endpoint of client.webhooks.list({ limit: 1 })) ids.push(endpoint.id)
    expect(ids).toEqual([second.id, made.id])
    expect((await other.webhooks.list()).data).toEqual([])
    for (const ask of [
      () => other.webhooks.retrieve(made.id),
      () => other.webhooks.update(made.id, { name: 'a' }),
      () => other.webhooks.delete(made.id),
      () => other.webhooks.rotateSecret(made.id),
      () => other.webhooks.test(made.id, { event_type: 'response.completed' })
    ])
      await expect(ask()).rejects.toMatchObject({ status: 404, code: 'webhook_endpoint_not_found' })
    for (const id of ids) expect(await client.webhooks.delete(id)).toMatchObject({ id, deleted: true })
    expect((await client.webhooks.list()).data).toEqual([])
    expect((await client.webhooks.eventTypes.list()).data).toContain('response.completed')
  })

  it.each([
    ['url', { ...wanted('https://other.test/') }],
    ['url', { ...wanted('not a URL') }],
    ['event_types[0]', { ...wanted('https://other.test/'), event_types: ['odd' as 'response.completed'] }]
  ])('are refused where %s is wrong', async (param, body) => {
    await expect(client.webhooks.create(body)).rejects.toMatchObject({ status: 400, param })
  })

  it('get the ends of background responses, which OpenAI’s client verifies', async () => {
    const endpoint = await client.webhooks.create(wanted())
    const before = receiver.received.length
    const { id } = await client.responses.create({ model: 'gpt-test', input: 'Say pong.', background: true })
    await client.responses.create({ model: 'gpt-test', input: 'Say pong.' }) // reports nothing
    await expect.poll(() => receiver.received.slice(before)).toHaveLength(1)
    const { body, headers } = receiver.received[before]!
    const event = await client.webhooks.unwrap(body, headers, endpoint.signing_secret)
    expect(event).toMatchObject({ object: 'event', type: 'response.completed', data: { id } })
    expect((await client.responses.retrieve(id)).status).toBe('completed')
    const forged = client.webhooks.unwrap(`${body} `, headers, endpoint.signing_secret)
    await expect(forged).rejects.toThrow('does not match')
    await client.webhooks.delete(endpoint.id)
  })

  it('can be tested, and get another secret, beside which the former one may stay', async () => {
    const endpoint = await client.webhooks.create(wanted())
    const test = () => client.webhooks.test(endpoint.id, { event_type: 'response.failed' })
    receiver.answer((response) => response.writeHead(418).end())
    expect(await test()).toMatchObject({ status_code: 418, webhook_endpoint_id: endpoint.id })
    receiver.answer((response) => response.socket?.destroy())
    await expect(test()).rejects.toMatchObject({ status: 502 })
    receiver.answer((response) => response.end())
    const rotated = await client.webhooks.rotateSecret(endpoint.id, { keep_old_secret_active_for_24_hours: true })
    expect(rotated.signing_secret).not.toBe(endpoint.signing_secret)
    const before = receiver.received.length
    await client.responses.create({ model: 'gpt-test', input: 'Say pong.', background: true })
    await expect.poll(() => receiver.received.length).toBe(before + 1)
    const { body, headers } = receiver.received[before]!
    for (const secret of [endpoint.signing_secret, rotated.signing_secret])
      await client.webhooks.verifySignature(body, headers, secret)
    await client.webhooks.delete(endpoint.id)
  })
})
