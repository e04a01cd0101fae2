import type { TurnEvent } from '../../../turn/event.ts'
import type { Usage } from '../../../turn/usage.ts'
import type { TurnPlan } from '../thread/thread-request.ts'
import type { OfferedTools } from '../thread/tools.ts'
import type { OpenCalls } from '../waiting/open-calls.ts'
import type { TurnBegin } from './begin.ts'
import type { TextOptions } from './texts.ts'

export interface ReaderOptions extends TextOptions {
  emit: (event: TurnEvent) => void
  tools: OfferedTools | undefined
  idFromReply?: boolean // its id is only what `began` is given
  /** A turn of codex that goes on with what these calls returned. */
  resumed?: { turnId: string; calls: OpenCalls } | undefined
  /** Starts another turn of codex's in the thread, which asks for a call; what follows is part of this turn. */
  askAgain: () => void
  /** The tokens of the turn that are counted so far. */
  usage: () => Usage | undefined
  /** Seconds until the account's limit is lifted, where known. */
  retryAfter: () => number | undefined
}

/** What a plan, and the call that begins the turn, say about how it is read. */
export function readingOf(
  { tools, discardable = false, start, mayWork }: TurnPlan,
  method: TurnBegin['method']
): Pick<ReaderOptions, 'tools' | 'discardable' | 'schema' | 'idFromReply'> {
  return {
    tools,
    discardable,
    schema: start.outputSchema !== undefined && mayWork,
    idFromReply: method === 'review/start' // `turn/started` names another one (codex-cli 0.169)
  }
}
