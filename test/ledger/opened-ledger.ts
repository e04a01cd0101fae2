import { onTestFinished } from 'vitest'
import { accounted } from '../../src/engines/accounted.ts'
import { Calendar } from '../../src/ledger/calendar.ts'
import { LedgerClock } from '../../src/ledger/clock.ts'
import { Ledger } from '../../src/ledger/ledger.ts'
import type { Engine } from '../../src/turn/engine.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import type { TurnRequest } from '../../src/turn/request.ts'
import type { Usage } from '../../src/turn/usage.ts'
import { opened } from '../store/opened.ts'
import { scriptedEngine } from '../support/scripted-engine.ts'
import type { Step } from '../support/scripted-engine.ts'

/** A ledger on the store in `folder`, which is closed when the test is over. `now` in Unix milliseconds. */
export function openedLedger(
  folder: string,
  { now, zone = 'UTC', keepDays }: { now?: () => number; zone?: string; keepDays?: number } = {}
) {
  const { store, lines } = opened(folder)
  const calendar = new Calendar(zone)
  const ledger = new Ledger({
    store,
    calendar,
    modelOf: ({ model = 'model' }) => model,
    clock: new LedgerClock(now),
    keepDays
  })
  onTestFinished(() => ledger[Symbol.dispose]())
  return { ledger, store, lines }
}

/** Runs a scripted turn on the ledger; returns its events. `leaveAt`: the type of the event at which its consumer leaves. */
export async function spend(
  ledger: Ledger,
  steps: readonly Step[],
  { leaveAt, engine = scriptedEngine(steps), signal = new AbortController().signal, ...request }: Spending = {}
): Promise<TurnEvent[]> {
  const events: TurnEvent[] = []
  for await (const event of accounted(engine, ledger).run({ input: [], owner: 'anna', ...request }, signal)) {
    events.push(event)
    if (event.type === leaveAt) break
  }
  return events
}

interface Spending extends Omit<Partial<TurnRequest>, 'engine'> {
  leaveAt?: TurnEvent['type']
  engine?: Engine
  signal?: AbortSignal
}

/** The report of one answer of the model, as codex makes it. */
export function counted(response_id: string, input: number, output = 0, more: Partial<TurnEvent> = {}): TurnEvent {
  const usage: Usage = {
    input_tokens: input,
    cached_input_tokens: 0,
    cache_write_input_tokens: 0,
    output_tokens: output,
    reasoning_output_tokens: 0
  }
  return { type: 'usage.counted', response_id, thread_id: 'thread', usage, source: 'response', ...more } as TurnEvent
}

export const completed: TurnEvent = { type: 'turn.completed' }
