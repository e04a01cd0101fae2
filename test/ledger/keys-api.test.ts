import { expect, it } from 'vitest'
import { Prices } from '../../src/ledger/prices.ts'
import { ApiKeys } from '../../src/access/api-keys.ts'
import { ledgerFor } from '../../src/app/ledger.ts'
import { configFrom } from '../../src/config/config.ts'
import { keysApi } from '../../src/api/keys/api.ts'
import { startGateway } from '../app/start-gateway.ts'
import { opened, storeFolder } from '../store/opened.ts'
import type { WorkspaceRegistry } from '../../src/workspaces/registry.ts'
import { completed, counted, spend } from './opened-ledger.ts'

async function started() {
  const { store } = opened(await storeFolder())
  const keys = new ApiKeys(store)
  const admin = keys.create({ name: 'root', principal: 'root', scopes: ['api', 'admin'] }).secret
  const ledger = ledgerFor(store, configFrom({ CODEX_API_KEY: 'x' }), {
    definitions: [{ id: 'default' }]
  } as unknown as Pick<WorkspaceRegistry, 'definitions'>)
  const gateway = await startGateway({
    store,
    apis: ({ readBody }) => [keysApi({ ledger, keys: new ApiKeys(store), readBody })]
  })
  const ask = async (token: string, method: string, path: string, body?: object) => {
    const response = await fetch(gateway.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) })
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> & { data: never } }
  }
  const end = async () => {
    await gateway[Symbol.asyncDispose]()
    ledger[Symbol.dispose]()
  }
  return { keys, admin, ledger, ask, [Symbol.asyncDispose]: end }
}

it('keys are made, listed, rotated and revoked over HTTP, by those with the scope alone', async () => {
  await using rig = await started()
  const { ask, admin } = rig
  const wish = { name: 'ci', principal: 'anna', models: ['gpt-5.5'], limits: ['5 usd a week', '1k tokens a day'] }
  const made = (await ask(admin, 'POST', '/api/keys', wish)).body
  expect(made).toMatchObject({
    ...wish,
    object: 'key',
    status: 'active',
    scopes: ['api'],
    apis: null,
    expires_at: null
  })
  const { id, secret } = made as unknown as { id: string; secret: string }
  expect((await ask(secret, 'GET', '/v1/key')).status).toBe(200)
  for (const [method, path] of [
    ['GET', '/api/keys'],
    ['POST', '/api/keys'],
    ['DELETE', `/api/keys/${id}`],
    ['GET', '/api/limits']
  ] as const)
    expect([path, (await ask(secret, method, path, method === 'POST' ? wish : undefined)).status]).toEqual([path, 403])
  const { data } = (await ask(admin, 'GET', '/api/keys')).body
  expect(data).toMatchObject([{ id, name: 'ci' }, { name: 'root' }])
  expect(JSON.stringify(data)).not.toContain(secret)
  const rotated = (await ask(admin, 'POST', `/api/keys/${id}/rotate`, { grace_seconds: 0 })).body
  await expect.poll(async () => (await ask(secret, 'GET', '/v1/key')).status, { timeout: 10_000 }).toBe(401)
  expect((await ask(String(rotated['secret']), 'GET', '/v1/key')).status).toBe(200)
  expect((await ask(admin, 'DELETE', `/api/keys/${id}`)).body).toMatchObject({ id, status: 'revoked' })
  const status = async () => (await ask(String(rotated['secret']), 'GET', '/v1/key')).status
  await expect.poll(status, { timeout: 10_000 }).toBe(401)
  expect((await ask(admin, 'POST', `/api/keys/${id}/rotate`, {})).status).toBe(409)
  expect((await ask(admin, 'GET', '/api/keys/ck_000000000000')).status).toBe(404)
})

it.each([
  [{}, 'name'],
  [{ name: 'key_1' }, 'name'],
  [{ name: 'ci', limits: ['lots'] }, 'limits[0]'],
  [{ name: 'ci', apis: ['everything'] }, 'apis[0]'],
  [{ name: 'ci', models: [] }, 'models'],
  [{ name: 'ci', expires_at: 1_000 }, 'expires_at']
])('a key %j is refused by its field %s', async (wish, param) => {
  await using rig = await started()
  expect((await rig.ask(rig.admin, 'POST', '/api/keys', wish)).body).toMatchObject({ error: { param } })
})

it('a key tells what it has spent in dollars, and all limits are listed', async () => {
  await using rig = await started()
  const { ledger, keys, ask, admin } = rig
  const { key, secret } = keys.create({ name: 'ci', principal: 'anna', scopes: ['api'], limits: ['5 usd a month'] })
  ledger.prices = new Prices({ model: { input: 1_000, output: 1_000, tiers: {} } })
  await spend(ledger, [counted('r1', 1_400, 100), completed], { owner: 'anna', key: key.id, model: 'model' })
  await spend(ledger, [counted('r1', 9_000), completed], { owner: 'anna', model: 'model' })
  expect((await ask(secret, 'GET', '/v1/key')).body.data).toEqual({
    ...{ label: 'ci', limit: 5, limit_remaining: 3.5, limit_reset: 'monthly', expires_at: null, is_free_tier: false },
    ...{ usage: 1.5, usage_daily: 1.5, usage_weekly: 1.5, usage_monthly: 1.5 }
  })
  expect((await ask(admin, 'GET', '/api/limits')).body.data).toMatchObject([
    { subject: `key:${key.id}`, limit: '5 usd a month', source: 'key', used: 1.5, remaining: 3.5, on_limit: 'stop' }
  ])
})
