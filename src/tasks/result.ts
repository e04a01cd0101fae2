import { problemsWith } from '../json-schema/validate.ts'
import type { TurnEnd } from '../turn/event.ts'
import type { TaskError, TaskOrder } from './record.ts'

/** What came of a turn. */
export type Outcome =
  | { kind: 'succeeded'; result: unknown }
  /** The answer does not follow the schema. */
  | { kind: 'mismatch'; problems: string[] }
  /** The model's account is used up; seconds until it is not, where known. */
  | { kind: 'limited'; error: TaskError; retryAfter: number | undefined }
  /** There was no slot, or no codex to begin with: nothing has begun. */
  | { kind: 'busy'; error: TaskError }
  /** The gateway stops. */
  | { kind: 'stopped' }
  /** Codex ended in the middle of it. */
  | { kind: 'crashed'; error: TaskError }
  | { kind: 'failed'; error: TaskError }

/** Why codex did not begin a turn that it may begin a little later. */
const busy: ReadonlySet<string> = new Set(['rate_limited', 'overloaded', 'engine_stopped'])
/** Characters that a result may have. */
const maxResult = 1_048_576

/** A task succeeds only with a complete answer that follows its schema. `text`: the last message of the turn; `isStarted`: codex has begun it. */
export function outcomeOf(
  end: TurnEnd,
  text: string | undefined,
  { schema, isStarted = true }: Pick<TaskOrder, 'schema'> & { isStarted?: boolean }
): Outcome {
  if (!isStarted && end.type === 'turn.failed' && busy.has(end.error.code))
    return { kind: 'busy', error: { class: 'engine', code: end.error.code, message: end.error.message } }
  switch (end.type) {
    case 'turn.completed':
      if (end.refused || end.cut === 'content_filter') return failed('refused', 'The model refused to answer.')
      if (end.cut) return failed('invalid_result', 'The answer is not complete: it reached a limit of its length.')
      return answered(text, schema)
    case 'turn.interrupted':
      return interrupted[end.reason]
    case 'turn.failed':
      return failure(end)
  }
}

function answered(text: string | undefined, schema: TaskOrder['schema']): Outcome {
  if (text === undefined || text.trim() === '') {
    const problem = 'there is no final answer'
    return schema ? { kind: 'mismatch', problems: [problem] } : failed('invalid_result', 'Codex gave no final answer.')
  }
  if (text.length > maxResult)
    return failed('invalid_result', `The answer has ${text.length} characters; at most ${maxResult} are stored.`)
  if (schema === undefined) return { kind: 'succeeded', result: text }
  const value = jsonIn(text)
  if (value === undefined) return { kind: 'mismatch', problems: ['the answer is no JSON'] }
  const problems = problemsWith(schema, value.json)
  return problems.length === 0 ? { kind: 'succeeded', result: value.json } : { kind: 'mismatch', problems }
}

/** Also where the model put it into a code block. */
function jsonIn(text: string): { json: unknown } | undefined {
  const [, inner = text] = /^\s*```(?:json)?\s*\n([\s\S]*?)\n```\s*$/.exec(text) ?? []
  try {
    return { json: JSON.parse(inner) as unknown }
  } catch {
    return undefined
  }
}

const interrupted = {
  timeout: failed('timeout', 'The task was not finished in time.'),
  client: failed('cancelled', 'The task was cancelled.'),
  shutdown: { kind: 'stopped' },
  elsewhere: failed('engine', 'Something else ended the turn in the thread of this task.')
} satisfies Record<string, Outcome>

function failure({
  error: { code, message, retry_after, reason }
}: Extract<TurnEnd, { type: 'turn.failed' }>): Outcome {
  if (reason === 'answer_mismatch') return { kind: 'mismatch', problems: [message] }
  if (code === 'usage_limit_exceeded' || code === 'rate_limited')
    return { kind: 'limited', error: { class: 'limited', code, message }, retryAfter: retry_after }
  if (code === 'engine_stopped') return { kind: 'crashed', error: { class: 'engine', code, message } }
  if (code === 'timeout') return failed('timeout', message)
  return { kind: 'failed', error: { class: 'engine', code, message } }
}

function failed(reason: TaskError['class'], message: string): { kind: 'failed'; error: TaskError } {
  return { kind: 'failed', error: { class: reason, message } }
}
