import { afterAll, beforeAll, expect } from 'vitest'
import { writeCatalogs } from '../../../src/codex/home/catalogs.ts'
import { profileSettings } from '../../../src/codex/home/profile.ts'
import { testAppServerEngine } from '../../support/engines.ts'
import type { AppServerTestOptions } from '../../support/engines.ts'
import type { Engine } from '../../../src/turn/engine.ts'
import type { TurnEnd, TurnEvent } from '../../../src/turn/event.ts'
import type { TurnRequest } from '../../../src/turn/request.ts'
import { startGuard } from '../../support/guarded-turn.ts'
import { processesLeftWith } from '../../support/processes.ts'
import { says } from '../../support/upstream/answer.ts'
import { codexBinary, writeCodexHome } from '../../support/upstream/codex-home.ts'
import type { Answer } from '../../support/upstream/script.ts'
import { startUpstream } from '../../support/upstream/upstream.ts'
import type { Upstream } from '../../support/upstream/upstream.ts'

export interface AppServerRig extends AsyncDisposable {
  engine: Engine
  upstream: Upstream
  workspace: string
  /** Text that the environment of every process holds. */
  mark: string
  /** Runs a turn to its end. */
  run: (request?: Partial<TurnRequest>, signal?: AbortSignal) => Promise<TurnEvent[]>
}

interface Options {
  answer?: Answer
  retries?: number
  config?: Record<string, unknown>
  /** More of the provider's entry in the configuration. */
  provider?: Record<string, unknown>
  /** Prepares for turns with the caller's tools. */
  tools?: boolean
  engine?: Partial<AppServerTestOptions>
}

/** The engine with the real codex on a scripted upstream. */
export async function startAppServer({
  answer = says('Hel', 'lo'),
  retries = 0,
  config,
  provider,
  tools,
  engine: more
}: Options = {}): Promise<AppServerRig> {
  const upstream = await startUpstream(answer)
  const home = await writeCodexHome(upstream.url, { retries, config, provider })
  const settings = { approval_policy: 'never', projects: { [home.workspace]: { trust_level: 'untrusted' } } }
  const guard = await startGuard()
  const agent = profileSettings('agent', { instructions: '' })
  const plainCatalog = tools ? (await writeCatalogs(codexBinary, home.env, home.home, false)).plain : undefined
  const engine = testAppServerEngine({
    binary: codexBinary,
    env: home.env,
    guard,
    folder: home.workspace,
    settings,
    profiles: { agent, bare: agent },
    plainCatalog,
    ...more
  })
  return {
    engine,
    upstream,
    workspace: home.workspace,
    mark: home.home,
    run: (request, signal) => eventsOf(engine.run(turnRequest(request), signal ?? new AbortController().signal)),
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      await guard[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
      await home[Symbol.asyncDispose]()
    }
  }
}

export function turnRequest(request: Partial<TurnRequest> = {}): TurnRequest {
  return { input: [{ type: 'text', text: 'Say hello.' }], ...request }
}

export async function eventsOf(events: AsyncIterable<TurnEvent>): Promise<TurnEvent[]> {
  const all: TurnEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

/** All text of one kind, from its deltas. */
export function deltasOf(
  events: TurnEvent[],
  type: 'agent_message' | 'reasoning' | 'command_execution' = 'agent_message'
): string {
  return events.map((event) => (event.type === 'item.delta' && event.item_type === type ? event.delta : '')).join('')
}

export function endOf(events: TurnEvent[]): TurnEnd {
  return events.at(-1) as TurnEnd
}

/** One rig for all tests of a file; what a test sets the upstream to answer holds until the next sets something else. */
export function sharedAppServer(options: Options = {}): () => AppServerRig {
  let rig: AppServerRig | undefined
  beforeAll(async () => {
    rig = await startAppServer(options)
  })
  afterAll(async () => {
    const mark = rig?.mark ?? ''
    await rig?.[Symbol.asyncDispose]()
    expect(await processesLeftWith(mark)).toEqual([])
  })
  return () => rig!
}
