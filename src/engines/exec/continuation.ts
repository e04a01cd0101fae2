import { rolloutOf, tokensIn } from '../../codex/threads/rollouts.ts'
import { GatewayError } from '../../turn/error.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { usageDifference } from '../../turn/usage.ts'
import type { Usage } from '../../turn/usage.ts'

/** A thread that exec resumes. */
export interface Continuation {
  threadId: string
  /** What its earlier turns took. */
  tokens: Usage
}

/**
 * The thread to resume; undefined for a turn that begins a new one, be it that its thread is gone, or is to be forked, which
 * exec cannot (codex-cli 0.169). Throws `thread_not_found` where it is not known what that contained.
 */
export async function continuationOf(request: TurnRequest, codexHome: string): Promise<Continuation | undefined> {
  const { thread } = request
  if (thread === undefined || thread.kind === 'new') return undefined
  const rollout = thread.kind === 'resume' ? await rolloutOf(codexHome, thread.id) : undefined
  if (rollout !== undefined) return { threadId: thread.id, tokens: await tokensIn(rollout) }
  if (thread.heldItems !== undefined) return undefined
  throw new GatewayError('thread_not_found', 'There is no such thread.')
}

/** Exec counts a thread's tokens from its beginning (codex-cli 0.169). */
export async function* countedFrom(
  { tokens }: Continuation,
  events: AsyncIterable<TurnEvent>
): AsyncGenerator<TurnEvent> {
  for await (const event of events) {
    if (event.type === 'turn.completed' && event.usage) yield { ...event, usage: usageDifference(event.usage, tokens) }
    else yield event
  }
}
