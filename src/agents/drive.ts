import { setTimeout as sleep } from 'node:timers/promises'
import type { ThreadRecord } from '../threads/record.ts'
import type { ThreadTurnOrder } from '../threads/run.ts'
import type { Threads } from '../threads/threads.ts'
import type { ThreadTurns } from '../threads/thread-turns.ts'
import { within } from '../turn/deadline.ts'
import { GatewayError } from '../turn/error.ts'
import type { Work } from '../work/work.ts'
import type { AgentSession } from './agent-session.ts'
import { beforeTurn } from './before-turn.ts'
import { goOn } from './go-on.ts'
import type { GoOnParts } from './go-on.ts'
import { messageInput } from './message.ts'
import type { Given, Message } from './message.ts'
import type { AgentItem } from './item-place.ts'
import { addToParked, closeTurn, parkedTurn } from './parked.ts'
import type { Taken } from './progress.ts'
import { runAgentTurn, underWay } from './run-turn.ts'
import type { Sender } from './sender.ts'
import type { AgentTurn } from './turn.ts'
import { failedEnd } from './turn-end.ts'
import type { TurnError } from './turn-end.ts'
import type { NewRecord } from './turn-host.ts'

export interface DriveOptions {
  threads: Threads
  turns: ThreadTurns
  work: Work
  /** The items of a turn, or of all, in their order. */
  itemsOf: (session: string, turn?: string) => AgentItem[]
}

/** A message for a turn that runs. */
interface Joining {
  turn: AgentTurn
  given: Given
  sender: Sender
}

/** Milliseconds for a turn that was asked for to begin, and for one that ended to be over. */
const patience = 10_000

/** Gives messages to codex: in a turn of their own, or in the one that runs. */
export class Drive {
  readonly #options: DriveOptions

  constructor(options: DriveOptions) {
    this.#options = options
  }

  /**
   * Each message becomes part of exactly one turn. Throws `rate_limited` where that has no place in the queue. To be called in the session's
   * order. True where all of it is stored.
   */
  async send(session: AgentSession, messages: readonly Message[], sender: Sender, taken = none): Promise<boolean> {
    const thread = session.turn || session.status.open ? this.threadOf(session) : undefined
    if (thread) this.#options.turns.checkModel(thread, sender.key)
    for (const [index, message] of messages.entries()) {
      const { turn } = session
      const given = { ...message, isShown: false, records: taken(index + 1) }
      const isPart =
        (turn && (await this.#join(session, thread ?? this.threadOf(session), { turn, given, sender }))) ||
        addToParked(session, given)
      if (isPart) continue
      await this.#begin(session, messages.slice(index), sender, taken(messages.length))
      return true
    }
    return false
  }

  /** Ends the turn that runs, or waits: as cancelled, or as failed for this reason. */
  async cancel(session: AgentSession, error?: TurnError): Promise<void> {
    const { turn } = session
    const parked = parkedTurn(session)
    const how = error && failedEnd(error)
    if (parked) closeTurn(session, parked, this.#options.itemsOf(session.id, parked.id), how)
    if (turn === undefined) return
    if (error) return turn.fail(error)
    turn.isCancelled = true
    session.questions.clear()
    await underWay(turn) // one that has begun leaves its thread loaded
    if (turn.codexId === undefined) turn.waiting.abort('client')
    else await this.#options.turns.interrupt(this.threadOf(session).id, turn.codexId).catch(() => {}) // it is over
  }

  /** A turn whose codex is gone goes on in another when all is there that it waited for. */
  goOn(session: AgentSession, { key }: Pick<Sender, 'key'>): Promise<void> {
    const { itemsOf, work } = this.#options
    const never = { signal: new AbortController().signal, readImage: noImage, reserve: () => {} }
    const parts: GoOnParts = {
      orderOf: (one) => this.#order(one, this.threadOf(one), { content: [] }, never),
      run: (one, turn, order) => runAgentTurn(one, turn, order, { ...this.#options, sender: { key } }),
      itemsOf,
      isStopping: () => work.isStopping,
      wait: (milliseconds) => sleep(milliseconds, undefined, { ref: false })
    }
    return goOn(parts, session)
  }

  /** The thread of a session. Throws where it is gone, and its turn and the session have failed. */
  threadOf(session: AgentSession): ThreadRecord {
    const { owner, workspace, thread } = session.session.record
    const found = this.#options.threads.maybe({ owner, workspace }, thread)
    if (found) return found
    this.#fail(session, { code: 'resource_not_found', message: threadGone })
    throw new GatewayError('conflict', `${threadGone} Make a new session.`)
  }

  #fail(session: AgentSession, error: TurnError): void {
    const parked = parkedTurn(session)
    if (parked) closeTurn(session, parked, this.#options.itemsOf(session.id, parked.id), failedEnd(error))
    const { turn } = session
    if (turn === undefined) return session.failed(error.message)
    turn.fail(error)
    void turn.over.then(() => session.failed(error.message))
  }

  async #begin(session: AgentSession, messages: readonly Message[], sender: Sender, taken: readonly NewRecord[]) {
    const thread = this.threadOf(session)
    const inputs = await Promise.all(messages.map((message) => this.#order(session, thread, message, sender)))
    const turn = session.prepare({ inputs: inputs.map(({ begin }) => begin) })
    const order: ThreadTurnOrder = {
      ...inputs[0]!,
      ...beforeTurn(session, turn, this.#options.itemsOf),
      begin: turn.beginning.take
    }
    const open = (refused: GatewayError | undefined) => {
      if (refused) {
        turn.isRefused = true
        throw refused
      }
      session.note(...taken)
      session.open(turn)
      turn.addAll(messages)
      session.flush()
    }
    await runAgentTurn(session, turn, order, { ...this.#options, sender, open })
  }

  /** False where the turn is over, or ends before codex has taken the message. */
  async #join(session: AgentSession, thread: ThreadRecord, { turn, given, sender }: Joining): Promise<boolean> {
    if (turn.beginning.isOpen) {
      const { begin } = await this.#order(session, thread, given, sender)
      if (turn.beginning.add(begin)) {
        turn.addAll([given])
        return true
      }
    }
    await within(patience, turn.begun)
    if (turn.codexId !== undefined && !turn.isCancelled) {
      turn.expect(given)
      try {
        await this.#options.turns.steer(thread, turn.codexId, messageInput(given), sender)
        turn.show(given)
        return true
      } catch (error) {
        turn.unexpect(given)
        if (given.isShown) return true
        if (!(error instanceof GatewayError) || error.code !== 'conflict') throw error
      }
    }
    if (!(await within(patience, turn.over))) throw stillEnding()
    return false
  }

  #order(session: AgentSession, thread: ThreadRecord, message: Message, sender: Sender): Promise<ThreadTurnOrder> {
    const { model, effort, summary, serviceTier, approvals } = thread.settings
    const { format } = session.made.config.text
    const outputSchema = format.type === 'json_schema' ? format.schema : undefined
    const changes = {
      ...(model && { model }),
      ...(effort && { effort }),
      ...(summary && { summary }),
      ...(approvals && { approvals }),
      serviceTier
    }
    return this.#options.turns.orderOf(thread, { input: messageInput(message), changes, outputSchema }, sender)
  }
}

const none: Taken = () => []

const threadGone = 'The thread of this session has expired or was deleted.'

const noImage: Sender['readImage'] = (url) => ({ type: 'image', url }) // it was checked when it came

const stillEnding = () =>
  new GatewayError('overloaded', 'The turn that is being ended takes long to end. Please try again.', { retryAfter: 1 })
