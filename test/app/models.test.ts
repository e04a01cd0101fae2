import { describe, expect, it } from 'vitest'
import { allApis } from '../../src/app/apis.ts'
import type { CatalogModel } from '../../src/turn/engine.ts'
import { message, scriptedEngine, turn } from '../support/scripted-engine.ts'
import { post, startGateway } from './start-gateway.ts'

const catalog: CatalogModel[] = [
  { id: 'gpt-6-a', isDefault: true, efforts: ['low', 'medium', 'high', 'xhigh'] },
  { id: 'gpt-6-b', isDefault: false, efforts: ['none', 'high', 'ultra'] },
  { id: 'gpt-6-c', isDefault: false }
]

/** All APIs, with an engine that has this catalog. */
async function start(env: Record<string, string> = {}) {
  const engine = scriptedEngine(turn(...message('m', 'Hello.')), catalog)
  const gateway = await startGateway({ apis: allApis, engine, env: { CODEX_THREAD_TTL_HOURS: '0', ...env } })
  const chat = (more: object) =>
    post(`${gateway.url}/v1/chat/completions`, { messages: [{ role: 'user', content: 'Hi' }], ...more })
  const respond = (more: object) => post(`${gateway.url}/v1/responses`, { input: 'Hi', ...more })
  return { ...gateway, chat, respond, lastTurn: () => engine.turns.at(-1)?.request }
}

const errorOf = async (response: Response) => ((await response.json()) as { error: Record<string, string> }).error

describe('a model name', () => {
  it.each([
    ['codex', { profile: 'agent', model: undefined }],
    ['codex-bare', { profile: 'bare', model: undefined }],
    ['autoglm-phone-9b', { profile: 'bare', effort: 'low' }]
  ])('is always there: %s', async (model, wanted) => {
    await using gateway = await start()
    const response = await gateway.chat({ model })
    expect(await response.json()).toMatchObject({ model, choices: [{ message: { content: 'Hello.' } }] })
    expect(gateway.lastTurn()).toMatchObject(wanted)
  })

  it('that is built in gives way to the operator’s alias, and means the operator’s default model', async () => {
    await using gateway = await start({
      CODEX_MODEL: 'gpt-6-b',
      CODEX_MODEL_ALIASES: '{"codex-bare": {"model": "gpt-6-c", "profile": "agent"}}'
    })
    await gateway.chat({ model: 'codex-bare' })
    expect(gateway.lastTurn()).toMatchObject({ model: 'gpt-6-c', profile: 'agent' })
    await gateway.chat({ model: 'codex' })
    expect(gateway.lastTurn()).toMatchObject({ model: 'gpt-6-b', profile: 'agent' })
  })

  it('that is nowhere is refused with what there is and what helps', async () => {
    await using gateway = await start()
    for (const ask of [gateway.chat, gateway.respond]) {
      const response = await ask({ model: 'gpt-5.4-nano' })
      const { code, message, param } = await errorOf(response)
      expect([response.status, code, param]).toEqual([404, 'model_not_found', 'model'])
      expect(message).toContain('The model `gpt-5.4-nano` does not exist')
      expect(message).toContain('gpt-6-a, gpt-6-b, gpt-6-c, codex, codex-bare, autoglm-phone-9b')
      expect(message).toMatch(/CODEX_MODEL_ALIASES.*CODEX_UNKNOWN_MODEL=default/)
      expect(response.headers.get('x-codex-model')).toBeNull()
    }
  })

  it.each([
    [{}, undefined, 'gpt-6-a'],
    [{ CODEX_MODEL: 'phone', CODEX_MODEL_ALIASES: '{"phone": {"model": "gpt-6-b"}}' }, 'gpt-6-b', 'phone']
  ])('that is nowhere means the default model where the operator says so: %j', async (env, model, header) => {
    await using gateway = await start({ CODEX_UNKNOWN_MODEL: 'default', ...env })
    for (const ask of [gateway.chat, gateway.respond]) {
      const response = await ask({ model: 'gpt-5.4-nano' })
      expect(await response.json()).toMatchObject({ model: 'gpt-5.4-nano' })
      expect([response.status, response.headers.get('x-codex-model')]).toEqual([200, header])
      expect(gateway.lastTurn()?.model).toBe(model)
    }
    expect((await gateway.chat({ model: 'gpt-6-c' })).headers.get('x-codex-model')).toBeNull()
  })
})

describe('a reasoning effort', () => {
  it.each([
    ['gpt-6-a', 'minimal', 'low', 'low'],
    ['gpt-6-a', 'max', 'xhigh', 'xhigh'],
    ['gpt-6-a', 'medium', 'medium', null],
    ['gpt-6-b', 'minimal', 'none', 'none'],
    ['gpt-6-b', 'xhigh', 'high', 'high'],
    ['gpt-6-b', 'max', 'ultra', 'ultra'],
    ['gpt-6-c', 'minimal', 'minimal', null],
    ['codex', 'none', 'low', 'low']
  ])('of %s is one that it has: %s is %s', async (model, wanted, effort, header) => {
    await using gateway = await start()
    for (const ask of [
      () => gateway.chat({ model, reasoning_effort: wanted }),
      () => gateway.chat({ model, reasoning: { effort: wanted } }),
      () => gateway.respond({ model, reasoning: { effort: wanted } })
    ]) {
      const response = await ask()
      expect([response.status, response.headers.get('x-codex-effort')]).toEqual([200, header])
      expect(gateway.lastTurn()?.effort).toBe(effort)
    }
    expect(await (await gateway.respond({ model, reasoning: { effort: wanted } })).json()).toMatchObject({
      reasoning: { effort }
    })
  })

  it('of the request goes before that of the alias, and that before the setting', async () => {
    await using gateway = await start({
      CODEX_MODEL_REASONING_EFFORT: 'max',
      CODEX_MODEL_ALIASES: '{"phone": {"effort": "minimal"}}'
    })
    const effortOf = async (more: object) => {
      const { headers } = await gateway.chat(more)
      return [gateway.lastTurn()?.effort, headers.get('x-codex-effort')]
    }
    expect(await effortOf({ model: 'phone', reasoning_effort: 'high' })).toEqual(['high', null])
    expect(await effortOf({ model: 'phone', reasoning_effort: null })).toEqual(['low', 'low'])
    expect(await effortOf({ reasoning_effort: 'low', reasoning: { effort: 'high' } })).toEqual(['low', null])
    expect(await effortOf({})).toEqual(['xhigh', 'xhigh'])
    expect(await effortOf({ model: 'gpt-6-c' })).toEqual([undefined, null])
  })
})
