import OpenAI from 'openai'
import { expect, it } from 'vitest'
import { Prices } from '../../src/ledger/prices.ts'
import { ApiKeys } from '../../src/access/api-keys.ts'
import { organizationApi } from '../../src/api/organization/api.ts'
import { startGateway } from '../app/start-gateway.ts'
import { storeFolder } from '../store/opened.ts'
import { completed, counted, openedLedger, spend } from './opened-ledger.ts'

const day = 86_400
const noon = Date.UTC(2026, 10, 20, 12) / 1000

async function started() {
  let now = noon
  const { ledger, store } = openedLedger(await storeFolder(), { now: () => now * 1000 })
  ledger.start()
  ledger.prices = new Prices({ 'gpt-5.5': { input: 2, output: 10, tiers: {} } })
  await spend(ledger, [counted('r1', 1_000_000, 1_000), completed], { model: 'gpt-5.5', owner: 'anna', key: 'ck_1' })
  now += day
  await spend(ledger, [counted('r1', 10, 1), counted('r2', 20, 2), completed], { model: 'mini', owner: 'bob' })
  now += day
  const { secret } = new ApiKeys(store).create({ name: 'admin', principal: 'admin', scopes: ['api', 'admin'] })
  const { secret: other } = new ApiKeys(store).create({ name: 'other', principal: 'other', scopes: ['api'] })
  const gateway = await startGateway({ store, apis: () => [organizationApi({ ledger })] })
  const client = (apiKey: string) =>
    new OpenAI({ apiKey, adminAPIKey: apiKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 })
  return { gateway, admin: client(secret), other: client(other) }
}

it('tells usage and costs as OpenAI’s administration API does, page by page', async () => {
  const { gateway, admin, other } = await started()
  await using _ = gateway
  const start = noon - 12 * 3_600
  const usage = admin.admin.organization.usage
  const completions = await usage.completions({ start_time: start, group_by: ['user_id', 'model'], limit: 2 })
  expect(completions).toMatchObject({
    object: 'page',
    has_more: true,
    next_page: `page_${start + 2 * day}`,
    data: [
      {
        start_time: start,
        end_time: start + day,
        results: [
          {
            object: 'organization.usage.completions.result',
            ...{ input_tokens: 1_000_000, output_tokens: 1_000, num_model_requests: 1 },
            ...{ user_id: 'anna', model: 'gpt-5.5', api_key_id: null, project_id: null }
          }
        ]
      },
      { results: [{ user_id: 'bob', model: 'mini', num_model_requests: 2, input_tokens: 30 }] }
    ]
  })
  const last = await usage.completions({ start_time: start, limit: 2, page: completions.next_page! })
  expect(last).toMatchObject({ has_more: false, data: [{ start_time: start + 2 * day, results: [] }] })
  const hours = await usage.completions({ start_time: start, bucket_width: '1h', models: ['mini'], limit: 48 })
  expect(hours.data.flatMap(({ start_time, results }) => results.map(() => start_time))).toEqual([noon + day])
  const costs = await usage.costs({ start_time: start, group_by: ['line_item', 'api_key_id'] })
  expect(costs.data[0]?.results).toEqual([
    {
      object: 'organization.costs.result',
      amount: { value: 2.01, currency: 'usd' },
      ...{ line_item: 'gpt-5.5', api_key_id: 'ck_1', project_id: null, quantity: null }
    }
  ])
  expect((await usage.embeddings({ start_time: start })).data[0]).toMatchObject({ results: [] })
  await expect(usage.completions({ start_time: start, group_by: ['color' as 'model'] })).rejects.toThrow('group_by')
  await expect(other.admin.organization.usage.completions({ start_time: start })).rejects.toMatchObject({ status: 403 })
})
