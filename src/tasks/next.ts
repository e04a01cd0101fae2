import { dueNow } from '../work/due-clock.ts'
import type { TaskEnd } from './queue.ts'
import type { Continuation, TaskError, TaskOrder, TaskRecord } from './record.ts'
import type { Outcome } from './result.ts'

/** What becomes of a task after a run. Times are those of `dueNow`. */
export type Next =
  | { kind: 'end'; end: TaskEnd }
  | { kind: 'wait'; until: number; continuation: Continuation | null }
  | { kind: 'requeue'; at: number; continuation: Continuation | null }

export interface RunState {
  task: TaskRecord
  order: TaskOrder
  /** Whether codex had the task, and whether it may have done anything. */
  begun: boolean
  acted: boolean
}

/** Milliseconds to wait for a limit of which nobody knows when it is lifted, and before a turn is tried again that found no slot. */
const waits = { limited: 60_000, busy: 1_000 }
/** How often a task may be begun. */
export const maxAttempts = 10

export function nextAfter(outcome: Outcome, state: RunState): Next {
  const { continuation } = state.task
  switch (outcome.kind) {
    case 'succeeded':
      return { kind: 'end', end: { status: 'succeeded', result: outcome.result } }
    case 'failed':
      return failed(outcome.error)
    case 'mismatch': {
      const message = `The answer does not follow the schema: ${outcome.problems.join('; ')}`
      return failed({ class: 'invalid_result', message })
    }
    case 'busy':
      if (state.task.attempts + 1 >= maxAttempts) return failed(outcome.error)
      return { kind: 'requeue', at: dueNow() + waits.busy, continuation }
    case 'limited':
      return afterLimit(outcome, state)
    case 'stopped':
      if (!state.begun) return { kind: 'requeue', at: 0, continuation }
      return goingOn(state, {
        class: 'interrupted',
        message: 'The gateway was stopped while Codex worked on this task.'
      })
    case 'crashed':
      return goingOn(state, outcome.error)
  }
}

function afterLimit(
  { error, retryAfter }: Extract<Outcome, { kind: 'limited' }>,
  { task, order, acted }: RunState
): Next {
  const until = dueNow() + (retryAfter === undefined ? waits.limited : retryAfter * 1000)
  if (order.whenLimited === 'fail' || until >= task.deadline) return failed(error)
  return { kind: 'wait', until, continuation: acted ? 'limited' : task.continuation }
}

/** In its thread, where its caller allows that. */
function goingOn({ task, order }: RunState, error: TaskError): Next {
  if (order.retry === 'never' || task.attempts + 1 >= maxAttempts) return failed(error)
  return { kind: 'requeue', at: 0, continuation: 'interrupted' }
}

const failed = (error: TaskError): Next => ({ kind: 'end', end: { status: 'failed', error } })
