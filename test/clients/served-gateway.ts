import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { guardFor } from '../../src/commands/guard.ts'
import { configFrom } from '../../src/config.ts'
import { engineFrom } from '../../src/engine.ts'
import { createGateway } from '../../src/gateway.ts'
import { createLog } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics.ts'
import { runtimeFrom } from '../../src/runtime.ts'
import { startOutside } from '../support/outside.ts'
import { processesLeftWith } from '../support/processes.ts'
import { startUpstream } from '../support/upstream/upstream.ts'
import type { Upstream } from '../support/upstream/upstream.ts'
import { expectAsDescribed, recordedAnswers } from './recorded.ts'
import type { Recorded } from './recorded.ts'

/** What a client is given. */
export interface ServedGateway {
  baseURL: string
  apiKey: string
  upstream: Upstream
  answers: readonly Recorded[]
}

const aliases = {
  assistant: { model: 'gpt-5.5' },
  live: { model: 'gpt-5.5', engine: 'app-server' },
  autoglm: { model: 'gpt-5.5', strip_answer_tags: true },
  'autoglm-live': { model: 'gpt-5.5', strip_answer_tags: true, engine: 'app-server' }
}

/**
 * The whole gateway with the real codex on a scripted model API, once for a file. At the end nothing of it is left,
 * it has spoken to nobody else, and all that it answered is as OpenAI describes it.
 */
export function servedGateway(settings: Record<string, string> = {}): () => ServedGateway {
  let served: ServedGateway & { close: () => Promise<void> }
  beforeAll(async () => { served = await start(settings) })
  afterAll(() => served.close())
  return () => served
}

async function start(settings: Record<string, string>) {
  const apiKey = 'cgw_the-token-of-these-tests'
  const upstream = await startUpstream()
  const outside = await startOutside()
  const folder = await mkdtemp(join(tmpdir(), 'clients-'))
  await mkdir(join(folder, 'workspace'))
  const env = {
    PATH: '/usr/bin:/bin', HTTPS_PROXY: outside.url, HOME: folder, CODEX_CLI_HOME: join(folder, 'home'), CODEX_WORKSPACE: join(folder, 'workspace'), CODEX_GATEWAY_TOKEN: apiKey,
    CODEX_API_BASE_URL: upstream.url, CODEX_API_KEY: 'sk-the-provider', CODEX_MODEL_ALIASES: JSON.stringify(aliases), CODEX_MODEL_REASONING_EFFORT: 'low', ...settings
  }
  const config = configFrom(env)
  const runtime = await runtimeFrom(config, env)
  const guard = await guardFor(runtime)
  const engine = engineFrom(config, runtime, guard, createMetrics())
  const gateway = createGateway({ config, engine, log: createLog({ level: 'silent' }) })
  const answers = recordedAnswers(gateway.server)
  gateway.server.listen(0, '127.0.0.1')
  await once(gateway.server, 'listening')
  const close = async () => {
    await gateway.stop()
    await engine[Symbol.asyncDispose]()
    await guard[Symbol.asyncDispose]()
    await upstream[Symbol.asyncDispose]()
    await outside[Symbol.asyncDispose]()
    expect(await processesLeftWith(folder)).toEqual([])
    expect(outside.hosts).toEqual([])
    expect(answers.length).toBeGreaterThan(0)
    answers.forEach(expectAsDescribed)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  return { baseURL: `http://127.0.0.1:${(gateway.server.address() as AddressInfo).port}/v1`, apiKey, upstream, answers, close }
}
