import type { Engine } from '../../turn/engine.ts'
import { isTurnEnd } from '../../turn/event.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { right, wrong } from './finding.ts'
import type { Finding } from './finding.ts'

const request: TurnRequest = {
  input: [{ type: 'text', text: 'Reply with the single word: ready' }],
  effort: 'low',
  sandbox: 'read-only'
}

/** Runs one tiny turn and tells when each step of it came, in ms since it was asked for. */
export async function turnFinding(engine: Pick<Engine, 'name' | 'run'>, patienceMs = 60_000): Promise<Finding> {
  const begun = performance.now()
  const steps = new Map<string, number>()
  let last: TurnEvent | undefined
  for await (const event of engine.run(request, AbortSignal.timeout(patienceMs))) {
    const step = stepOf(event)
    if (step !== undefined && !steps.has(step)) steps.set(step, Math.round(performance.now() - begun))
    last = event
  }
  const told = `a turn on ${engine.name}: ${[...steps].map(([step, ms]) => `${step} ${ms} ms`).join(' · ')}`
  if (last?.type === 'turn.completed' && steps.has('first text')) return right(told)
  return wrong(
    told,
    last?.type === 'turn.failed' ? last.error.message : `It gave no answer in ${patienceMs / 1000} seconds.`
  )
}

function stepOf(event: TurnEvent): string | undefined {
  if (event.type === 'thread.started') return 'thread'
  if (event.type === 'turn.started') return 'turn'
  if (event.type === 'item.delta' && event.item_type === 'agent_message') return 'first text'
  return isTurnEnd(event) ? 'end' : undefined
}
