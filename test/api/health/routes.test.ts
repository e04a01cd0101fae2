import { describe, expect, it } from 'vitest'
import { healthApi } from '../../../src/api/health/api.ts'
import type { HealthDependencies } from '../../../src/api/health/api.ts'
import { startGateway } from '../../app/start-gateway.ts'

const binary = { name: 'binary', ok: true, message: 'codex-cli 0.169.0' }

async function answers(path: string, dependencies: HealthDependencies): Promise<[number, unknown]> {
  const api = healthApi(dependencies)
  await using server = await startGateway({ env: { CODEX_GATEWAY_TOKEN: '' }, apis: () => [api] })
  const response = await fetch(`${server.url}${path}`)
  return [response.status, await response.json()]
}

describe('health', () => {
  it('is reported without a check whether a turn can be run', async () => {
    const readiness = () => Promise.reject(new Error('never asked'))
    expect(await answers('/healthz', { readiness })).toEqual([200, { ok: true }])
    expect(await answers('/healthz', { readiness, facts: { isolation: 'pid namespace' } })).toEqual([
      200,
      { ok: true, isolation: 'pid namespace' }
    ])
  })

  it('is readiness when all that a turn needs is there', async () => {
    expect(await answers('/readyz', { readiness: () => Promise.resolve([binary]) })).toEqual([
      200,
      { ok: true, checks: { binary: { ok: true, message: 'codex-cli 0.169.0' } } }
    ])
  })

  it('reports what is missing and what to do', async () => {
    const login = { name: 'login', ok: false, message: 'Codex is not logged in: run `codex login`.' }
    expect(await answers('/readyz', { readiness: () => Promise.resolve([binary, login]) })).toEqual([
      503,
      {
        ok: false,
        checks: { binary: { ok: true, message: binary.message }, login: { ok: false, message: login.message } }
      }
    ])
  })
})
