import { createHash } from 'node:crypto'
import { projectFilesAt } from '../../../codex/project/project-files.ts'
import type { TurnRequest } from '../../../turn/request.ts'
import type { Connection } from '../../../codex/app-server/connection.ts'
import { Conversation } from './conversation.ts'
import { PreparedThreads } from './prepared-threads.ts'
import type { TurnPlan } from '../thread/thread-request.ts'
import { unload, WarmThreads } from './warm-threads.ts'
import type { WarmLimits, WarmThread } from './warm-threads.ts'

/** One turn of a conversation. */
export interface ConversationTurn {
  /** Contains the conversation so far, or nothing yet, and is this turn's alone; undefined: a new one is needed. */
  readonly thread: WarmThread | undefined
  /** Stores the thread, so that the next turn of the conversation finds it. A persistent one is found by its id. `answer`: the messages that the client sees. */
  store?: (thread: WarmThread, answer: readonly string[]) => void
  /** Once the turn is over: starts a thread for the next new conversation. */
  prepareNext: () => void
}

/** Empty threads: for how many settings, and how many milliseconds one waits. */
const preparedLimits: WarmLimits = { count: 4, lifeMs: 600_000 }

/** The idle threads of one app-server. */
interface IdleThreads {
  warm: WarmThreads
  prepared: PreparedThreads
}

/** Finds the threads in which conversations can continue. They end with their app-server. */
export class ThreadPool {
  readonly #limits: WarmLimits
  readonly #idle = new WeakMap<Connection, IdleThreads>()

  constructor(limits: WarmLimits) {
    this.#limits = limits
  }

  /** Undefined for a turn that goes on in a persistent thread, and for one whose commands have secrets: no thread waits with those. */
  conversation(
    connection: Connection,
    codexHome: string,
    request: TurnRequest,
    plan: TurnPlan
  ): ConversationTurn | undefined {
    if (this.#limits.count === 0 || plan.open.method !== 'thread/start' || request.commandEnv) return undefined
    const { warm, prepared } = this.#idleOn(connection)
    const settings = settingsOf(plan)
    const settingsNow = () => `${settings} ${projectFilesAt(String(plan.open.params['cwd']), codexHome)}`
    if (plan.persistent) {
      // Until its first turn codex writes nothing of a thread (codex-cli 0.169): one that nobody takes leaves nothing.
      const prepareNext = () => void prepared.prepare(settingsNow(), plan.open)
      return { thread: prepared.take(settingsNow()), prepareNext }
    }
    const conversation = conversationOf(request, plan, settings)
    const continued = request.input.length > 0 ? warm.take(conversation.key) : undefined
    return {
      thread: continued ?? prepared.take(settingsNow()),
      prepareNext: () => void (continued ?? prepared.prepare(settingsNow(), plan.open)),
      store: storing(warm, request, () => conversation)
    }
  }

  /** A turn that has its thread already. What it contains is hashed only where the thread is stored: most steps of a tool loop end with calls. */
  resumed(connection: Connection, request: TurnRequest, plan: TurnPlan): ConversationTurn | undefined {
    if (this.#limits.count === 0 || plan.persistent) return undefined
    const begun = () => conversationOf(request, plan, settingsOf(plan))
    return { thread: undefined, prepareNext: () => {}, store: storing(this.#idleOn(connection).warm, request, begun) }
  }

  #idleOn(connection: Connection): IdleThreads {
    const idle = this.#idle.get(connection) ?? idleOn(connection, this.#limits)
    this.#idle.set(connection, idle)
    return idle
  }
}

function settingsOf(plan: TurnPlan): string {
  return createHash('sha256').update(JSON.stringify(plan.open)).digest('base64')
}

/** What the thread contains before the turn. */
function conversationOf({ owner }: TurnRequest, { start, inject }: TurnPlan, settings: string): Conversation {
  return new Conversation([owner, settings, start.effort, start.cwd], inject)
}

/** Stores the thread under what it contains after the turn; `begun`: what it contained before. */
function storing(
  warm: WarmThreads,
  { input }: TurnRequest,
  begun: () => Conversation
): NonNullable<ConversationTurn['store']> {
  return (thread, answer) => {
    const conversation = begun()
    conversation.add('user', input)
    for (const text of answer) conversation.add('assistant', [{ type: 'text', text }])
    warm.put(conversation.key, thread)
  }
}

function idleOn(connection: Connection, limits: WarmLimits): IdleThreads {
  const drop = (thread: WarmThread) => void unload(connection, thread)
  return {
    warm: new WarmThreads(limits, drop),
    prepared: new PreparedThreads(connection, new WarmThreads(preparedLimits, drop))
  }
}
