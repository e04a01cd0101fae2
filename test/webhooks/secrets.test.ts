import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import OpenAI from 'openai'
import { expect, it } from 'vitest'
import { newWebhookSecret } from '../../src/webhooks/secret.ts'
import { storeFolder } from '../store/opened.ts'
import { startReceiver } from './receiver.ts'
import { ended, secret, startWebhooks } from './start-webhooks.ts'

it('a webhook is signed with secrets of which the store has no readable copy', async () => {
  await using receiver = await startReceiver()
  const folder = await storeFolder()
  const { store, lines, webhooks, publish, waiting } = startWebhooks(folder, receiver)
  receiver.answer((response) => void response.writeHead(503).end())
  const { id } = await webhooks.endpoints.create('ann', {
    name: 'a',
    url: receiver.url,
    eventTypes: ['response.completed']
  })
  const own = webhooks.endpoints.rotate('ann', id, true)!.secret
  expect(webhooks.endpoints.find('ann', id)?.secret).toBe(own)
  const named = newWebhookSecret()
  publish('ann', ended('resp_1'), { url: receiver.url, secret: named })
  await expect.poll(waiting).toMatchObject([{ 1: 1 }, { 1: 1 }])
  const [toEndpoint, toUrl] = receiver.received.map(({ headers, body }) => ({ headers, body }))
  await new OpenAI({ apiKey: 'x' }).webhooks.unwrap(toEndpoint!.body, toEndpoint!.headers, own)
  await new OpenAI({ apiKey: 'x' }).webhooks.unwrap(toUrl!.body, toUrl!.headers, named)
  const files = readdirSync(folder).filter((name) => name.startsWith('store.db'))
  const stored = files.map((name) => readFileSync(join(folder, name), 'latin1')).join('')
  expect(stored).toContain('resp_1')
  expect(stored).not.toContain('whsec_')
  expect(stored).not.toContain(named.slice('whsec_'.length))

  rmSync(join(folder, 'key'))
  const next = startWebhooks(folder, receiver)
  expect(next.webhooks.endpoints.find('ann', id)?.secret).toBe('')
  store.use((connection) => connection.run('UPDATE webhook_deliveries SET due_at = 0'))
  next.webhooks.start()
  await expect
    .poll(() => next.lines.map(({ cause }) => cause))
    .toEqual(Array(2).fill('its secret was sealed with another key'))
  expect([lines.length, receiver.received.length]).toEqual([2, 2])
})

it('a webhook is signed with a secret that an older gateway stored as it is', async () => {
  await using receiver = await startReceiver()
  const { store, webhooks, publish } = startWebhooks(await storeFolder(), receiver)
  const { id } = await webhooks.endpoints.create('ann', {
    name: 'a',
    url: receiver.url,
    eventTypes: ['response.completed']
  })
  store.use((connection) => connection.run('UPDATE webhook_endpoints SET secret = ?', secret))
  expect(webhooks.endpoints.find('ann', id)?.secret).toBe(secret)
  publish('ann', ended('resp_1'))
  await expect.poll(() => receiver.received).toHaveLength(1)
  const { body, headers } = receiver.received[0]!
  await new OpenAI({ apiKey: 'x' }).webhooks.unwrap(body, headers, secret)
})
