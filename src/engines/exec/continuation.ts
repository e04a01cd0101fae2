import { rolloutOf, tokensIn } from '../../codex/threads/rollouts.ts'
import { GatewayError } from '../../turn/error.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { TurnRequest } from '../../turn/request.ts'
import type { Usage } from '../../turn/usage.ts'

/** A thread that exec goes on with. */
export interface Continuation {
  threadId: string
  /** What its earlier turns took. */
  tokens: Usage
}

/**
 * What the request's thread is; undefined for a turn that begins a new one: it names none, or one that is gone or cannot
 * be forked by exec, and says what it held. Throws `thread_not_found`.
 */
export async function continuationOf(request: TurnRequest, codexHome: string): Promise<Continuation | undefined> {
  const { threadId, forkAfter, held } = request
  if (threadId === undefined) return undefined
  const rollout = forkAfter === undefined ? await rolloutOf(codexHome, threadId) : undefined
  if (rollout !== undefined) return { threadId, tokens: await tokensIn(rollout) }
  if (held !== undefined) return undefined
  throw new GatewayError('thread_not_found', 'There is no such thread.')
}

/** What a thread that is gone on with has not heard yet. */
export function unheard(request: TurnRequest): TurnRequest {
  return { ...request, instructions: undefined, history: request.history?.slice(request.held ?? 0) }
}

/** Exec counts a thread's tokens from its beginning (codex-cli 0.169). */
export async function* countedFrom(
  { tokens }: Continuation,
  events: AsyncIterable<TurnEvent>
): AsyncGenerator<TurnEvent> {
  for await (const event of events) {
    if (event.type === 'turn.completed' && event.usage) yield { ...event, usage: difference(event.usage, tokens) }
    else yield event
  }
}

function difference(all: Usage, before: Usage): Usage {
  const own = (kind: keyof Usage) => Math.max(all[kind] - before[kind], 0)
  return {
    input_tokens: own('input_tokens'),
    cached_input_tokens: own('cached_input_tokens'),
    output_tokens: own('output_tokens'),
    reasoning_output_tokens: own('reasoning_output_tokens')
  }
}
