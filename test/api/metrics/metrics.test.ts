import { describe, expect, it } from 'vitest'
import { Tokens } from '../../../src/access/tokens.ts'
import { measured } from '../../../src/engines/measured.ts'
import { createMetrics } from '../../../src/telemetry/metrics.ts'
import { allApis } from '../../../src/app/apis.ts'
import { ask } from '../../app/ask.ts'
import { post, saying, startGateway, token } from '../../app/start-gateway.ts'
import type { StartedGateway } from '../../app/start-gateway.ts'
import type { RunTurn } from '../../../src/turn/engine.ts'

async function metered(
  run: RunTurn
): Promise<StartedGateway & { queue: { active: number; waiting: number }; guard: { reaped: number } }> {
  const metrics = createMetrics()
  const [queue, guard] = [{ active: 0, waiting: 0 }, { reaped: 0 }]
  metrics.watch({ queue, guard })
  const tokens = new Tokens([{ token, name: 'ada' }])
  const engine = measured({ name: 'exec', run, [Symbol.asyncDispose]: async () => {} }, metrics.turn)
  return {
    ...(await startGateway({ engine, metrics, tokens, observe: metrics.request, apis: allApis })),
    queue,
    guard
  }
}

/** The samples, by name and labels, without the buckets of the histograms. */
async function samples({ url }: StartedGateway): Promise<Record<string, number>> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const lines = (await response.text())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.includes('_bucket'))
  return Object.fromEntries(
    lines.map((line) => [
      line.slice('codex_gateway_'.length, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1))
    ])
  )
}

const chat = { model: 'planted-model', messages: [{ role: 'user', content: 'planted-prompt' }] }

describe('the metrics', () => {
  it('count requests by route pattern and status, and turns with their times and tokens', async () => {
    await using gateway = await metered(saying('Hello'))
    for (const path of ['/v1/chat/completions', '/chat/completions'])
      await (await post(gateway.url + path, chat)).json()
    await ask(gateway, '/planted-path')
    await gateway.line(({ status }) => status === 404)
    const found = await samples(gateway)
    expect(found).toMatchObject({
      'requests_total{method="POST",route="/chat/completions",status="200",principal="ada"}': 2,
      'requests_total{method="GET",route="unknown",status="404",principal="ada"}': 1,
      'turns_total{engine="scripted",end="completed",cause="",principal="ada"}': 2,
      'turn_queued_seconds_count{engine="scripted"}': 2,
      'turn_queued_seconds_sum{engine="scripted"}': 0.006,
      'turn_first_text_seconds_count{engine="scripted"}': 2,
      'turn_seconds_count{engine="scripted"}': 2,
      'tokens_total{engine="scripted",kind="input"}': 14,
      'tokens_total{engine="scripted",kind="output"}': 10
    })
    expect(JSON.stringify(found)).not.toContain('planted')
  })

  it('name the first fifty principals, and put all others together', async () => {
    const metrics = createMetrics()
    for (let at = 0; at < 60; at++)
      metrics.request({ method: 'GET', route: '/x', status: 200, principal: `name-${at}` })
    const { text } = await metrics.exposition()
    const counts = [...text.matchAll(/^codex_gateway_requests_total\{.*principal="([^"]+)"\} (\d+)$/gm)]
    expect(counts).toHaveLength(51)
    expect(counts.at(-1)?.slice(1)).toEqual(['other', '10'])
  })

  it('show what is active, waiting and reaped at the moment they are read', async () => {
    await using gateway = await metered(saying('Hello'))
    expect(await samples(gateway)).toMatchObject({ turns_active: 0, turns_waiting: 0, processes_reaped_total: 0 })
    Object.assign(gateway.queue, { active: 2, waiting: 5 })
    gateway.guard.reaped = 3
    for (let read = 0; read < 2; read++)
      expect(await samples(gateway)).toMatchObject({ turns_active: 2, turns_waiting: 5, processes_reaped_total: 3 })
  })

  it('need a token, and are not there where nothing is measured', async () => {
    await using gateway = await metered(saying('Hello'))
    expect(await ask(gateway, '/metrics', { authorization: '' })).toMatchObject({ status: 401 })
    await using plain = await startGateway({ apis: allApis })
    expect(await ask(plain, '/metrics')).toMatchObject({ status: 404 })
  })
})
