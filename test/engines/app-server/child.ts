import { expect } from 'vitest'
import { testAppServerEngine } from '../../support/engines.ts'
import type { AppServerTestOptions } from '../../support/engines.ts'
import type { TurnRequest } from '../../../src/turn/request.ts'
import { startGuard } from '../../support/guarded-turn.ts'
import { scriptedCodex } from '../../support/scripted-codex/scripted-codex.ts'
import type { ScriptedCodex } from '../../support/scripted-codex/scripted-codex.ts'
import type { Step } from '../../support/scripted-codex/step.ts'
import { eventsOf, turnRequest } from './rig.ts'

export const handshake: Step[] = [{ request: 'initialize', result: { userAgent: 'codex-gateway/0.169.0 (scripted)' } }]
export const opened = (thread = 't1'): Step[] => [{ request: 'thread/start', result: { thread: { id: thread } } }]
export const begun = (turn = 'u1'): Step[] => [{ request: 'turn/start', result: { turn: { id: turn } } }]
/** Waits for the end of its stdin. */
export const listening: Step = { request: 'never' }
export const closed: Step[] = [{ request: 'thread/unsubscribe', result: { status: 'unsubscribed' } }]
export const says = (method: string, params: object): Step => ({ emit: { method, params } })
export const delta = (text: string, thread = 't1', turn = 'u1') =>
  says('item/agentMessage/delta', { threadId: thread, turnId: turn, itemId: 'm1', delta: text })
export const completed = (thread = 't1', turn = 'u1', status = 'completed') =>
  says('turn/completed', { threadId: thread, turn: { id: turn, status, error: null, items: [] } })
export const hello = [{ type: 'thread.started' }, { type: 'item.delta', delta: 'Hello' }, { type: 'turn.completed' }]
export const wholeTurn = [...opened(), ...begun(), delta('Hello'), completed(), ...closed]

export async function withEngine(
  appServer: Step[] | Step[][],
  test: (
    run: (signal?: AbortSignal, request?: Partial<TurnRequest>) => ReturnType<typeof eventsOf>,
    codex: ScriptedCodex
  ) => Promise<void>,
  options: Partial<AppServerTestOptions> = {}
): Promise<void> {
  await using codex = await scriptedCodex({ appServer })
  await using guard = await startGuard({ means: 'watchdog' }) // in a namespace it would record pids that mean nothing outside
  const engine = testAppServerEngine({
    binary: codex.path,
    guard,
    env: { PATH: process.env['PATH'] ?? '' },
    folder: import.meta.dirname,
    lineLimit: 65_536,
    patience: { start: 5_000, call: 5_000, interrupt: 300 },
    ...options
  })
  try {
    await test(
      (signal = new AbortController().signal, request = {}) => eventsOf(engine.run(turnRequest(request), signal)),
      codex
    )
  } finally {
    await engine[Symbol.asyncDispose]()
    expect(codex.alive()).toEqual([])
  }
}

export const answers = (codex: ScriptedCodex) =>
  codex
    .runs()[0]!
    .stdin.split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { id?: unknown; method?: string; result?: unknown; error?: unknown })
    .filter((message) => message.method === undefined)
