import { describe, expect, it } from 'vitest'
import type { WebhookTarget } from '../../src/webhooks/event.ts'
import type { WebhooksOptions } from '../../src/webhooks/webhooks.ts'
import { later, storeFolder } from '../store/opened.ts'
import { ended, secret, startWebhooks } from './start-webhooks.ts'
import { startReceiver } from './receiver.ts'

describe('a webhook', () => {
  it('is sent to the endpoints of its owner that want it, and to the URL that a request named', async () => {
    await using receiver = await startReceiver()
    const { webhooks, publish, waiting } = startWebhooks(await storeFolder(), receiver)
    const wanted = { name: 'mine', url: receiver.url, eventTypes: ['response.completed'] }
    await webhooks.endpoints.create('ann', wanted)
    await webhooks.endpoints.create('ann', { ...wanted, eventTypes: ['task.failed'] })
    await webhooks.endpoints.create('bob', wanted)
    publish('ann', ended('resp_1'))
    publish('cid', ended('resp_2'), { url: receiver.url })
    await expect
      .poll(() => receiver.received.map(({ event }) => event.data.id).toSorted())
      .toEqual(['resp_1', 'resp_2'])
    await expect.poll(waiting).toEqual([])
    const [first, second] = receiver.received.map(({ headers }) => headers['webhook-id'])
    expect(first).toMatch(/^wh_[0-9a-f]{32}$/)
    expect(first).not.toBe(second)
  })

  it('that is rolled back is not sent', async () => {
    await using receiver = await startReceiver()
    const { store, webhooks, publish } = startWebhooks(await storeFolder(), receiver)
    const fails = () =>
      store.transaction((connection) => {
        webhooks.publish(connection, 'ann', ended('resp_1'), { url: receiver.url })
        throw new Error('no')
      })
    expect(fails).toThrow('no')
    publish('ann', ended('resp_2'), { url: receiver.url })
    await expect.poll(() => receiver.received.map(({ event }) => event.data.id)).toEqual(['resp_2'])
  })

  it('is sent again with the same id until it is taken, also when the clock was set back', async () => {
    await using receiver = await startReceiver()
    receiver.answer((response) => response.writeHead(500).end())
    const { webhooks, publish, waiting, lines } = startWebhooks(await storeFolder(), receiver)
    publish('ann', ended('resp_1'), { url: receiver.url })
    await expect.poll(waiting).toEqual([['ann', 1, null]])
    expect(lines).toMatchObject([
      {
        principal: 'name of ann',
        host: `127.0.0.1:${receiver.port}`,
        attempt: 1,
        cause: expect.stringContaining('500') as string
      }
    ])
    receiver.answer((response) => response.end())
    webhooks.start()
    expect(receiver.received).toHaveLength(1)
    later(-86_400_000, 'settable')
    webhooks.start()
    await expect.poll(waiting).toEqual([])
    const ids = receiver.received.map(({ headers }) => headers['webhook-id'])
    expect(ids).toEqual([ids[0], ids[0]])
  })

  it('is given up after a day', async () => {
    await using receiver = await startReceiver()
    receiver.answer((response) => response.writeHead(500).end())
    const { webhooks, publish, waiting, lines } = startWebhooks(await storeFolder(), receiver)
    publish('ann', ended('resp_1'), { url: receiver.url })
    let waited = 0
    for (let attempt = 1; attempt <= 10; attempt++) {
      await expect.poll(() => waiting()[0]?.slice(1)).toEqual([attempt, null])
      later((waited += 39_700_000), 'settable')
      webhooks.start()
    }
    await expect.poll(waiting).toEqual([])
    expect(lines.at(-1)?.message).toContain('given up')
    expect(receiver.received).toHaveLength(11)
  })

  it('that a gateway did not get done is sent by the next one', async () => {
    await using receiver = await startReceiver()
    const folder = await storeFolder()
    receiver.answer(() => {}) // never
    const first = startWebhooks(folder, receiver)
    first.publish('ann', ended('resp_1'), { url: receiver.url })
    await expect.poll(() => receiver.received).toHaveLength(1)
    await first.webhooks[Symbol.asyncDispose]()
    expect(first.waiting()).toEqual([['ann', 0, null]])
    first.store.use((connection) =>
      connection.run("UPDATE webhook_deliveries SET holder = 'a gateway that was killed'")
    )
    receiver.answer((response) => response.end())
    const second = startWebhooks(folder, receiver)
    second.webhooks.start()
    await expect.poll(second.waiting).toEqual([])
    expect(receiver.received).toHaveLength(2)
  })

  it('of one owner whose receiver is slow is in nobody’s way', async () => {
    await using receiver = await startReceiver()
    receiver.answer(() => {})
    const { publish } = startWebhooks(await storeFolder(), receiver)
    for (let count = 0; count < 20; count++) publish('ann', ended('resp_a'), { url: receiver.url })
    await expect.poll(() => receiver.received).toHaveLength(8)
    publish('bob', ended('resp_b'), { url: receiver.url })
    await expect.poll(() => receiver.received.map(({ event }) => event.data.id)).toContain('resp_b')
    expect(receiver.received).toHaveLength(9)
  })

  it('follows no redirect, reads no answer, and is sent to no address but those that are allowed', async () => {
    await using receiver = await startReceiver()
    await using elsewhere = await startReceiver()
    const resolve: WebhooksOptions['resolve'] = (_host, _options, done) =>
      done(null, [{ address: '127.0.0.1', family: 4 }])
    const hosts = [`127.0.0.1:${receiver.port}`, 'hooks.test']
    const { publish, waiting, lines } = startWebhooks(await storeFolder(), receiver, { hosts, resolve })
    receiver.answer((response) => response.writeHead(307, { location: elsewhere.url }).end())
    publish('ann', ended('resp_1'), { url: receiver.url })
    await expect.poll(waiting).toEqual([['ann', 1, null]])
    let hasEnded = false
    receiver.answer((response) => {
      response.on('close', () => (hasEnded = true))
      response.writeHead(200)
      response.write('endless')
    })
    publish('ann', ended('resp_2'), { url: receiver.url })
    await expect.poll(() => hasEnded).toBe(true)
    publish('ann', ended('resp_3'), { url: `http://hooks.test:${elsewhere.port}/` })
    await expect.poll(() => lines.at(-1)).toMatchObject({ cause: 'its host has no address that is allowed' })
    expect(elsewhere.received).toEqual([])
  })

  it('has a bound for each owner', async () => {
    await using receiver = await startReceiver()
    const { store, webhooks, publish, waiting } = startWebhooks(await storeFolder(), receiver)
    const eventTypes = ['agent.session.idle', 'response.completed']
    for (const owner of ['ann', 'bob'])
      await webhooks.endpoints.create(owner, { name: 'mine', url: receiver.url, eventTypes })
    store.use((connection) =>
      connection.run(
        `INSERT INTO webhook_deliveries (id, owner, url, body, due_at)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT i, 'ann', '', '', ? FROM n`,
        Date.now() + 30_000_000
      )
    )
    expect(() => webhooks.checkRoom('ann')).toThrow(expect.objectContaining({ code: 'rate_limited', retryAfter: 60 }))
    webhooks.checkRoom('bob')
    receiver.answer(() => {})
    for (const owner of ['ann', 'bob']) publish(owner, { type: 'agent.session.idle', data: { id: 'asess_1' } })
    publish('ann', ended('resp_1')) // its room was checked
    const countOf = (owner: string) => waiting().filter(([one]) => one === owner).length
    expect([countOf('ann'), countOf('bob')]).toEqual([10_001, 1])
  })
})

describe('a receiver that a request names', () => {
  it('must be allowed, and signed for', async () => {
    await using receiver = await startReceiver()
    const { webhooks } = startWebhooks(await storeFolder(), receiver, { secret: undefined })
    const check = (target: WebhookTarget) => () => webhooks.checkTarget(target, 'webhook')
    expect(check({ url: receiver.url, secret })).not.toThrow()
    expect(check({ url: receiver.url })).toThrow(expect.objectContaining({ param: 'webhook' }))
    expect(check({ url: receiver.url, secret: 'whsec_short' })).toThrow('base64')
    expect(check({ url: 'https://other.test/', secret })).toThrow('the operator does not allow its host')
  })
})
