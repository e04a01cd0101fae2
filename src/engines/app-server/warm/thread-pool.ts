import { createHash } from 'node:crypto'
import { projectFilesAt } from '../../../codex/project/project-files.ts'
import type { TurnEvent } from '../../../turn/event.ts'
import type { TurnRequest } from '../../../turn/request.ts'
import type { Connection } from '../../../codex/app-server/connection.ts'
import { Conversation } from './conversation.ts'
import { Stock } from './started-ahead.ts'
import type { TurnPlan } from '../thread/thread-request.ts'
import { WarmThreads } from './warm-threads.ts'
import type { WarmLimits, WarmThread } from './warm-threads.ts'

/** One turn of a conversation. */
export interface ConversationTurn {
  /** Holds what was said before, or nothing yet, and is this turn's alone; a new thread is needed otherwise. */
  readonly thread: WarmThread | undefined
  hear: (event: TurnEvent) => void
  /** Lets whoever goes on with the conversation find its thread. */
  keep: (thread: WarmThread) => void
  /** Once the turn is over: sees to it that the next conversation that begins finds a thread. */
  restock: () => void
}

/** Empty threads: for how many settings, and how many milliseconds one waits. */
const ahead: WarmLimits = { count: 4, lifeMs: 600_000 }

/** What waits on one app-server. */
interface Waiting {
  threads: WarmThreads
  stock: Stock
}

/** Finds the threads that conversations can go on in. They end with their app-server. */
export class ThreadPool {
  readonly #limits: WarmLimits
  readonly #waiting = new WeakMap<Connection, Waiting>()

  constructor(limits: WarmLimits) {
    this.#limits = limits
  }

  /** Undefined for a turn whose thread has a name, by which it is gone on with. */
  conversation(
    connection: Connection,
    codexHome: string,
    request: TurnRequest,
    plan: TurnPlan
  ): ConversationTurn | undefined {
    if (this.#limits.count === 0 || plan.persistent) return undefined
    const { threads, stock } = this.#waitingOn(connection)
    const settings = createHash('sha256').update(JSON.stringify(plan.open)).digest('base64')
    const settingsNow = () => `${settings} ${projectFilesAt(String(plan.open.params['cwd']), codexHome)}`
    const conversation = new Conversation([request.owner, settings, plan.start.effort], plan.inject)
    const held = request.input.length > 0 ? threads.take(conversation.key) : undefined
    conversation.said('user', request.input)
    const answer: string[] = []
    return {
      thread: held ?? stock.take(settingsNow()),
      restock: () => void (held ?? stock.fill(settingsNow(), plan.open)),
      hear(event) {
        if (event.type === 'item.completed' && event.item.type === 'agent_message') answer.push(event.item.text)
      },
      keep(kept) {
        for (const text of request.outputSchema ? answer.slice(-1) : answer)
          conversation.said('assistant', [{ type: 'text', text }])
        threads.put(conversation.key, kept)
      }
    }
  }

  #waitingOn(connection: Connection): Waiting {
    const waiting = this.#waiting.get(connection) ?? waitingOn(connection, this.#limits)
    this.#waiting.set(connection, waiting)
    return waiting
  }
}

function waitingOn(connection: Connection, limits: WarmLimits): Waiting {
  const drop = (thread: WarmThread) => void unload(connection, thread)
  return { threads: new WarmThreads(limits, drop), stock: new Stock(connection, new WarmThreads(ahead, drop)) }
}

/** Where the child is gone, so is the thread. */
async function unload(connection: Connection, { id, ready }: WarmThread): Promise<void> {
  await ready
  await connection.request('thread/unsubscribe', { threadId: id }).catch(() => {})
}
