import type { Engine } from '../../turn/engine.ts'
import { isTurnEnd } from '../../turn/event.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { fail, pass } from './finding.ts'
import type { Finding } from './finding.ts'

const request: TurnRequest = {
  input: [{ type: 'text', text: 'Reply with the single word: ready' }],
  effort: 'low',
  sandbox: 'read-only'
}

/** Runs one tiny turn and reports when each step was reached, in milliseconds since the start. */
export async function turnFinding(engine: Pick<Engine, 'name' | 'run'>, timeoutMs = 60_000): Promise<Finding> {
  const start = performance.now()
  const steps = new Map<string, number>()
  let last: TurnEvent | undefined
  for await (const event of engine.run(request, AbortSignal.timeout(timeoutMs))) {
    const step = stepOf(event)
    if (step !== undefined && !steps.has(step)) steps.set(step, Math.round(performance.now() - start))
    last = event
  }
  const message = `a turn on ${engine.name}: ${[...steps].map(([step, ms]) => `${step} ${ms} ms`).join(' · ')}`
  if (last?.type === 'turn.completed' && steps.has('first text')) return pass(message)
  return fail(
    message,
    last?.type === 'turn.failed' ? last.error.message : `There was no answer within ${timeoutMs / 1000} seconds.`
  )
}

function stepOf(event: TurnEvent): string | undefined {
  if (event.type === 'thread.started') return 'thread'
  if (event.type === 'turn.started') return 'turn'
  if (event.type === 'item.delta' && event.item_type === 'agent_message') return 'first text'
  return isTurnEnd(event) ? 'end' : undefined
}
