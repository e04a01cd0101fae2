import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../../src/access/principal.ts'
import { ApiKeys } from '../../src/access/api-keys.ts'
import { keyCommandFrom } from '../../src/commands/key/line.ts'
import { newKeyFrom } from '../../src/commands/key/new-key.ts'
import { startGateway } from '../app/start-gateway.ts'
import { modelsApi } from '../../src/api/models/api.ts'
import { opened, storeFolder } from '../store/opened.ts'

const wish = { name: 'ci', principal: 'anna', scopes: ['api'] }

const get = (url: string, headers: Record<string, string>) => fetch(url, { headers })

describe('API keys', () => {
  it('work at once, are known to another process within 250 ms, and end when they are revoked', async () => {
    const folder = await storeFolder()
    const keys = new ApiKeys(opened(folder).store)
    expect(keys.exist).toBe(false)
    const elsewhere = new ApiKeys(opened(folder).store)
    const { key, secret } = elsewhere.create({ ...wish, models: ['gpt-5.5'] })
    await using gateway = await startGateway({ store: opened(folder).store })
    const ask = async () => (await get(`${gateway.url}/who`, { authorization: `Bearer ${secret}` })).status
    await expect.poll(ask, { timeout: 10_000 }).not.toBe(401)
    await expect.poll(() => keys.exist).toBe(true)
    elsewhere.revoke(key.id)
    await expect.poll(ask, { timeout: 10_000 }).toBe(401)
    const refused = await get(`${gateway.url}/who`, { authorization: `Bearer ${secret}` })
    expect(await refused.text()).toContain('This API key was revoked')
    expect(keys.exist).toBe(true)
    for (const suffix of ['', '-wal'])
      expect(readFileSync(join(folder, `store.db${suffix}`)).includes(secret)).toBe(false)
  })

  it('have two secrets while they are rotated, and expire at the second', async () => {
    let now = Date.now()
    const keys = new ApiKeys(opened(await storeFolder()).store, () => now)
    const { key, secret } = keys.create({ ...wish, expiresAt: Math.floor(now / 1000) + 7_200 })
    const found = (text: string) => {
      const one = keys.find(digestOf(text))
      return typeof one === 'object' ? one.id : one
    }
    const next = keys.rotate(key.id, 3_600)
    expect([found(secret), found(next), found('cgk_made-up')]).toEqual([key.id, key.id, undefined])
    now += 3_600_000
    expect([found(secret), found(next)]).toEqual(['expired', key.id])
    now += 3_600_000
    expect(found(next)).toBe('expired')
    expect(keys.list()).toMatchObject([{ id: key.id, hint: expect.stringMatching(/^cgk_..….{4}$/) as string }])
  })

  it('narrow APIs and models', async () => {
    const folder = await storeFolder()
    const { store } = opened(folder)
    const keys = new ApiKeys(store)
    const { secret } = keys.create({ ...wish, models: ['small'], apis: ['responses'] })
    const apis: Parameters<typeof startGateway>[0] = {
      store,
      env: { CODEX_ADVERTISED_MODELS: 'small,large' },
      apis: ({ config }) => [
        modelsApi({
          settings: {
            aliases: config.CODEX_MODEL_ALIASES,
            advertised: config.CODEX_ADVERTISED_MODELS,
            stripAnswerTags: false
          },
          catalog: async () => undefined,
          resolveModel: async () => ({ name: 'small', stripAnswerTags: false })
        })
      ]
    }
    await using gateway = await startGateway(apis)
    const headers = { authorization: `Bearer ${secret}` }
    const { data } = (await (await get(`${gateway.url}/v1/models`, headers)).json()) as { data: { id: string }[] }
    expect(data.map(({ id }) => id)).toEqual(['small'])
    const refused = await get(`${gateway.url}/v1/chat/completions/1`, headers)
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining("may not use 'chat'")])
    expect((await get(`${gateway.url}/v1/responses/1`, headers)).status).toBe(404)
  })
})

describe('the command for keys', () => {
  it('makes what its line says', () => {
    const line = ['create', 'ci', '--principal', 'anna', '--expires', '90d', '--models', 'a, b', '--apis', 'chat']
    const command = keyCommandFrom(line)
    if (command.action !== 'create') throw new Error('no creation')
    expect(newKeyFrom(command.keyName, command.wish, 1_000)).toEqual({
      ...{ name: 'ci', principal: 'anna', models: ['a', 'b'], apis: ['chat'], workspaces: undefined },
      ...{ expiresAt: 1_000 + 90 * 86_400, scopes: ['api'] }
    })
    expect(newKeyFrom('ci', { expires: '2027-01-01' }, 1_000).expiresAt).toBe(Date.UTC(2027, 0, 1) / 1000)
  })

  it.each([
    [[], 'key takes create, list, rotate or revoke'],
    [['create'], 'key create takes the name of the key'],
    [['create', 'a', 'b'], 'Unexpected argument for key create: b'],
    [['destroy'], 'not destroy']
  ])('refuses %j', (line, message) => {
    expect(() => keyCommandFrom(line)).toThrow(message)
  })

  it.each([
    ['anonymous', {}, 'A name is'],
    ['ci', { expires: 'soon' }, '--expires takes'],
    ['ci', { expires: '2020-01-01' }, 'a time to come'],
    ['ci', { apis: 'everything' }, 'not everything'],
    ['ci', { models: ',' }, 'separated by commas']
  ])('refuses a key %s %j', (name, wished, message) => {
    expect(() => newKeyFrom(name, wished, 1_800_000_000)).toThrow(message)
  })
})
