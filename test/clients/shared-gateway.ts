import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { post } from '../app/start-gateway.ts'
import { startBlockingProxy } from '../support/blocking-proxy.ts'
import { processesLeftWith } from '../support/processes.ts'
import { startUpstream } from '../support/upstream/upstream.ts'
import type { Upstream } from '../support/upstream/upstream.ts'
import { startConfiguredGateway } from '../support/configured-gateway.ts'
import { expectAsDescribed, recordedAnswers } from './recorded.ts'
import type { Recorded } from './recorded.ts'

/** What a client is given. */
export interface SharedGateway {
  baseURL: string
  apiKey: string
  upstream: Upstream
  answers: readonly Recorded[]
}

const aliases = {
  assistant: { model: 'gpt-5.5' },
  live: { model: 'gpt-5.5', engine: 'app-server' },
  'only-exec': { model: 'gpt-5.5', engine: 'exec' },
  'autoglm-live': { model: 'gpt-5.5', strip_answer_tags: true, engine: 'app-server' }
}

/**
 * The whole gateway with the real codex on a scripted model API, once for a file. At the end nothing of it is left,
 * it has spoken to nobody else, and all that it answered is as OpenAI describes it.
 */
export function sharedGateway(settings: Record<string, string> = {}): () => SharedGateway {
  let served: SharedGateway & { close: () => Promise<void> }
  beforeAll(async () => {
    served = await start(settings)
  })
  afterAll(() => served.close())
  return () => served
}

/** Posts to a path below the base URL, for what no client library sends or shows. */
export function postTo({ baseURL, apiKey }: SharedGateway, path: string, body: object): Promise<Response> {
  return post(baseURL + path, body, { authorization: `Bearer ${apiKey}` })
}

async function start(settings: Record<string, string>) {
  const apiKey = 'cgw_the-token-of-these-tests'
  const upstream = await startUpstream()
  const outside = await startBlockingProxy()
  const folder = await mkdtemp(join(tmpdir(), 'clients-'))
  await mkdir(join(folder, 'workspace'))
  const gateway = await startConfiguredGateway(folder, {
    HTTPS_PROXY: outside.url,
    CODEX_GATEWAY_TOKEN: apiKey,
    CODEX_API_BASE_URL: upstream.url,
    CODEX_MODEL_ALIASES: JSON.stringify(aliases),
    ...settings
  })
  const answers = recordedAnswers(gateway.server)
  const close = async () => {
    for (const part of [gateway, upstream, outside]) await part[Symbol.asyncDispose]()
    expect(await processesLeftWith(folder)).toEqual([])
    expect(outside.hosts).toEqual([])
    expect(answers.length).toBeGreaterThan(0)
    answers.forEach(expectAsDescribed)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  return { baseURL: gateway.url, apiKey, upstream, answers, close }
}
