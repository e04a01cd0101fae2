import type { TurnEnd, TurnEvent, UsageEvent } from '../../turn/event.ts'
import { usageKinds } from '../../turn/usage.ts'
import type { Usage } from '../../turn/usage.ts'

/** Failures after which the provider may have answered, and counted, something. */
const mayHaveCost = new Set<string>(['upstream_error', 'engine_stopped', 'internal_error'])

/**
 * Adds what exec reports of tokens (codex-cli 0.169): one sum at the end of a turn that completes, which is zeros where the
 * provider reported nothing, and nothing at all of a turn that fails or is interrupted.
 */
export async function* withUsage(events: AsyncIterable<TurnEvent>, signal: AbortSignal): AsyncGenerator<TurnEvent> {
  let threadId = ''
  let started = false
  let answered = false
  try {
    for await (const event of events) {
      if (event.type === 'thread.started') threadId = event.thread_id
      else if (event.type === 'turn.started') started = true
      else if (event.type === 'item.completed') answered ||= event.item.type !== 'error'
      else if (event.type === 'error' && event.message.startsWith('Reconnecting'))
        yield { type: 'usage.unknown', cause: 'torn' }
      else if (event.type === 'turn.completed') {
        const usage = event.usage && isReported(event.usage, answered) ? event.usage : undefined
        yield usage ? counted(threadId, usage) : { type: 'usage.unknown', cause: 'not_reported' }
        yield { ...event, usage }
        return
      } else if (event.type === 'turn.failed' && started && isCostly(event, answered, signal))
        yield { type: 'usage.unknown', cause: causeOf(event, signal) }
      yield event
    }
  } catch (error) {
    if (started) yield { type: 'usage.unknown', cause: signal.aborted ? 'interrupted' : 'engine_stopped' }
    throw error
  }
}

function counted(threadId: string, usage: Usage): UsageEvent {
  return { type: 'usage.counted', response_id: 'turn', thread_id: threadId, usage, source: 'turn' }
}

function isReported(usage: Usage, answered: boolean): boolean {
  return !answered || usageKinds.some((kind) => usage[kind] > 0)
}

function isCostly(end: TurnEnd & { type: 'turn.failed' }, answered: boolean, signal: AbortSignal): boolean {
  return answered || signal.aborted || mayHaveCost.has(end.error.code)
}

function causeOf(
  end: TurnEnd & { type: 'turn.failed' },
  signal: AbortSignal
): 'interrupted' | 'engine_stopped' | 'torn' {
  if (signal.aborted) return 'interrupted'
  return end.error.code === 'engine_stopped' ? 'engine_stopped' : 'torn'
}
