import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkEngines, engineNames, preferredFirst } from '../../src/app/engines.ts'
import { ConfigError, configFrom } from '../../src/config/config.ts'
import { routed } from '../../src/engines/routed.ts'
import { completed, message, scriptedEngine } from '../support/scripted-engine.ts'
import { startGateway, token } from './start-gateway.ts'
import type { StartedGateway } from './start-gateway.ts'

const env = {
  CODEX_ENGINE: 'remote',
  CODEX_MODEL_ALIASES: '{"near": {"model": "gpt-5", "engine": "exec"}, "far": {"model": "gpt-5", "engine": "remote"}}',
  CODEX_ADVERTISED_MODELS: 'gpt-5'
}
const named = (name: string) => ({
  ...scriptedEngine([
    { type: 'turn.admitted', engine: name, queued_ms: 0 },
    ...message('m', `From ${name}.`),
    completed
  ]),
  name
})

describe('an engine that is one more in the list', () => {
  const names = [...engineNames, 'remote']
  let gateway: StartedGateway
  beforeAll(async () => {
    gateway = await startGateway({ env, apis: undefined, engine: routed(preferredFirst(names.map(named), 'remote')) })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  it.each([
    ['gpt-5', 'remote'],
    ['far', 'remote'],
    ['near', 'exec']
  ])('is chosen by the settings and by aliases: %s runs on %s', async (model, engine) => {
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] })
    })
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: `From ${engine}.` } }] })
    expect(response.headers.get('x-codex-engine')).toBe(engine)
  })

  it('may be named by the settings', () => {
    expect(() => checkEngines(configFrom(env), names)).not.toThrow()
  })

  it('is refused in settings and aliases while it is not in the list', () => {
    const check = () => checkEngines(configFrom(env))
    expect(check).toThrow(ConfigError)
    expect(check).toThrow('CODEX_ENGINE must be one of exec, app-server')
    expect(check).toThrow('CODEX_MODEL_ALIASES must name an engine among exec, app-server; look at "far"."engine"')
    expect(() => checkEngines(configFrom({}))).not.toThrow()
  })
})
