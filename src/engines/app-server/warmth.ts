import type { TurnEvent } from '../../turn/event.ts'
import type { TurnRequest } from '../../turn/request.ts'
import type { Connection } from './connection.ts'
import { Conversation } from './conversation.ts'
import type { TurnPlan } from './thread-request.ts'
import { WarmThreads } from './warm-threads.ts'
import type { WarmLimits, WarmThread } from './warm-threads.ts'

/** One turn of a conversation. */
export interface ConversationTurn {
  /** Holds what was said before, and is this turn's alone; a new thread is needed otherwise. */
  readonly thread: WarmThread | undefined
  hear: (event: TurnEvent) => void
  /** Lets whoever goes on with the conversation find its thread. */
  keep: (thread: WarmThread) => void
}

/** Finds the threads that conversations can go on in. They end with their app-server. */
export class Warmth {
  readonly #limits: WarmLimits
  readonly #threads = new WeakMap<Connection, WarmThreads>()

  constructor(limits: WarmLimits) {
    this.#limits = limits
  }

  /** Undefined for a turn whose thread has a name, by which it is gone on with. */
  conversation(connection: Connection, request: TurnRequest, plan: TurnPlan): ConversationTurn | undefined {
    if (this.#limits.count === 0 || plan.kept) return undefined
    const threads = this.#threadsOn(connection)
    const conversation = new Conversation([request.client, plan.open, plan.start.effort], plan.inject)
    const thread = request.input.length > 0 ? threads.take(conversation.key) : undefined
    conversation.said('user', request.input)
    const answer: string[] = []
    return {
      thread,
      hear(event) {
        if (event.type === 'item.completed' && event.item.type === 'agent_message') answer.push(event.item.text)
      },
      keep(kept) {
        for (const text of request.outputSchema ? answer.slice(-1) : answer) conversation.said('assistant', [{ type: 'text', text }])
        threads.put(conversation.key, kept)
      }
    }
  }

  #threadsOn(connection: Connection): WarmThreads {
    const threads = this.#threads.get(connection) ?? new WarmThreads(this.#limits, (thread) => void unload(connection, thread))
    this.#threads.set(connection, threads)
    return threads
  }
}

/** Where the child is gone, so is the thread. */
async function unload(connection: Connection, { id, ready }: WarmThread): Promise<void> {
  await ready
  await connection.request('thread/unsubscribe', { threadId: id }).catch(() => {})
}
