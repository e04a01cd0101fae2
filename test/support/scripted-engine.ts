import { contracted, interruptReason } from '../../src/turn/contract.ts'
import type { CatalogModel, Engine } from '../../src/turn/engine.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import type { TurnRequest } from '../../src/turn/request.ts'

/** An event to tell, or something to wait for before the next one. A wait ends, and the turn with it, when the signal aborts. */
export type Step = TurnEvent | ((turn: ScriptedTurn) => Promise<unknown>)

/** One turn that was asked for. */
export interface ScriptedTurn {
  request: TurnRequest
  signal: AbortSignal
  /** Resolves when nothing of the turn runs any more. */
  ended: Promise<void>
}

/** An engine in this process that plays what it is given, and keeps what it was asked. */
export interface ScriptedEngine extends Engine {
  readonly turns: ScriptedTurn[]
  /** Turns that have not ended. */
  readonly running: number
}

export function scriptedEngine(
  script: readonly Step[] | ((request: TurnRequest) => Iterable<Step>),
  models?: CatalogModel[]
): ScriptedEngine {
  const turns: ScriptedTurn[] = []
  let running = 0
  const run = contracted(async function* (request, signal): AsyncGenerator<TurnEvent> {
    let end = () => {}
    const turn = { request, signal, ended: new Promise<void>((resolve) => (end = resolve)) }
    turns.push(turn)
    running += 1
    const left = aborted(signal) // once: a listener for each step would be too many
    try {
      for (const step of typeof script === 'function' ? script(request) : script) {
        if (signal.aborted) break
        if (typeof step === 'function') await Promise.race([step(turn), left])
        else yield step
      }
      if (signal.aborted) yield { type: 'turn.interrupted', reason: interruptReason(signal) }
    } finally {
      running -= 1
      end()
    }
  })
  return {
    name: 'scripted',
    can: { tools: true },
    run,
    turns,
    get running() {
      return running
    },
    ...(models && { models: () => Promise.resolve(models) }),
    [Symbol.asyncDispose]: async () => {}
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Never goes on by itself. */
export const forever: Step = () => new Promise(() => {})

/** Never goes on by itself either, and `reached` tells when the turn has come to it. */
export function stuck(): { step: Step; reached: Promise<void> } {
  let reach = () => {}
  const reached = new Promise<void>((resolve) => (reach = resolve))
  return { reached, step: () => new Promise(() => reach()) }
}

/** A step that waits for `open`. */
export function gate(): { step: Step; open: () => void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { step: () => opened, open: () => open() }
}

export const admitted: TurnEvent = { type: 'turn.admitted', engine: 'scripted', queued_ms: 0 }
export const usage = {
  input_tokens: 100,
  cached_input_tokens: 40,
  cache_write_input_tokens: 0,
  output_tokens: 20,
  reasoning_output_tokens: 5
}
export const completed: TurnEvent = { type: 'turn.completed', usage }

/** A message or a thought as an engine tells it: its deltas, then the whole of it. */
export function item(type: 'agent_message' | 'reasoning', id: string, ...deltas: string[]): TurnEvent[] {
  return [
    ...deltas.map((delta): TurnEvent => ({ type: 'item.delta', item_id: id, item_type: type, delta })),
    { type: 'item.completed', item: { id, type, text: deltas.join('') } }
  ]
}

export const message = (id: string, ...deltas: string[]) => item('agent_message', id, ...deltas)
export const reasoning = (id: string, ...deltas: string[]) => item('reasoning', id, ...deltas)

export function toolCall(id: string, name: string, json: string): TurnEvent {
  return { type: 'tool.called', call_id: id, name, arguments: json }
}

/** A whole turn that says this and ends well. */
export function turn(...steps: Step[]): Step[] {
  return [admitted, { type: 'thread.started', thread_id: 'thread_1' }, { type: 'turn.started' }, ...steps, completed]
}
