import type { MessageChecks } from '../threads/turn-order.ts'
import type { ThreadRecord } from '../threads/record.ts'
import type { ThreadTurnOrder } from '../threads/run.ts'
import type { Threads } from '../threads/threads.ts'
import type { ThreadTurns } from '../threads/thread-turns.ts'
import { within } from '../turn/deadline.ts'
import { GatewayError } from '../turn/error.ts'
import type { TurnEvent } from '../turn/event.ts'
import { newReport, observed } from '../turn/report.ts'
import type { TurnReport } from '../turn/report.ts'
import type { TurnRequest } from '../turn/request.ts'
import type { Work } from '../work/work.ts'
import type { AgentSession } from './agent-session.ts'
import { goOn } from './go-on.ts'
import type { GoOnParts } from './go-on.ts'
import { inputFrom } from './message.ts'
import type { Message } from './message.ts'
import type { AgentItem } from './item-place.ts'
import { addToParked, closeTurn, parkedTurn } from './parked.ts'
import { rawItems } from './raw-items.ts'
import type { AgentTurn } from './turn.ts'
import { failedWith } from './turn-end.ts'
import type { TurnError } from './turn-end.ts'

/** What a message comes with. */
export interface Sender extends MessageChecks {
  /** The id of the API key that it was sent with: what its turn uses counts for that. */
  key?: string | undefined
  /** Passes the events of a turn through, to report on it. */
  report?: (events: AsyncIterable<TurnEvent>, request: TurnRequest, report: TurnReport) => AsyncIterable<TurnEvent>
}

export interface DriveOptions {
  threads: Threads
  turns: ThreadTurns
  work: Work
  /** The items of a turn, or of all, in their order. */
  itemsOf: (session: string, turn?: string) => AgentItem[]
}

/** Milliseconds: for codex to begin a turn before an input is accepted all the same, and for one that ended to be over. */
const patience = { begin: 2_000, end: 10_000 }

/** Gives messages to codex: in a turn of their own, or in the one that runs. */
export class Drive {
  readonly #options: DriveOptions

  constructor(options: DriveOptions) {
    this.#options = options
  }

  /** Each message becomes part of exactly one turn. To be called in the session's order. True where all of it is stored. */
  async send(session: AgentSession, messages: readonly Message[], sender: Sender): Promise<boolean> {
    if (session.turn ?? session.status.open) this.#options.turns.checkModel(this.threadOf(session), sender.key)
    for (const [index, message] of messages.entries()) {
      const { turn } = session
      const isPart = (turn && (await this.#join(session, turn, message, sender))) || addToParked(session, message)
      if (isPart) continue
      await this.#begin(session, messages.slice(index), sender)
      return true
    }
    return false
  }

  /** Ends the turn that runs, or waits: as cancelled, or as failed for this reason. */
  async cancel(session: AgentSession, error?: TurnError): Promise<void> {
    const { turn } = session
    const parked = parkedTurn(session)
    const how = error && failedWith(error)
    if (parked) closeTurn(session, parked, this.#options.itemsOf(session.id, parked.id), how)
    if (turn === undefined) return
    if (error) return turn.fail(error)
    turn.isCancelled = true
    session.questions.clear()
    if (turn.codexId === undefined) turn.waiting.abort('client')
    else await this.#options.turns.interrupt(this.threadOf(session).id, turn.codexId).catch(() => {}) // it is over
  }

  /** A turn whose codex is gone goes on in another when all is there that it waited for. */
  goOn(session: AgentSession, { key }: Pick<Sender, 'key'>): Promise<void> {
    const { itemsOf, work } = this.#options
    const never = { signal: new AbortController().signal, readImage: noImage, reserve: () => {} }
    const parts: GoOnParts = {
      orderOf: (one) => this.#order(one, this.threadOf(one), { content: [] }, never),
      run: (one, turn, order) => this.run(one, turn, order, { key }, () => {}),
      itemsOf,
      isStopping: () => work.isStopping
    }
    return goOn(parts, session)
  }

  /** The thread of a session. Throws where it is gone, and the session has failed. */
  threadOf(agentSession: AgentSession): ThreadRecord {
    const { owner, workspace, thread } = agentSession.session.record
    const found = this.#options.threads.maybe({ owner, workspace }, thread)
    if (found) return found
    agentSession.failed('The thread of this session has expired or was deleted.')
    throw new GatewayError('conflict', 'The thread of this session has expired or was deleted. Make a new session.')
  }

  /** Runs a turn, which goes on when its clients leave. Resolves when codex has begun it, or when it waits for its slot. */
  async run(
    session: AgentSession,
    turn: AgentTurn,
    order: ThreadTurnOrder,
    sender: Pick<Sender, 'key' | 'report'>,
    open: () => void
  ) {
    const { turns, work } = this.#options
    const request = turns.requestOf(order, [], sender.key)
    const report = newReport()
    const { report: reported = observedBy } = sender
    let queued = () => {}
    const isQueued = new Promise<void>((resolve) => (queued = resolve))
    const beginning = work.begin(
      turn.id,
      async (job) => {
        const signal = AbortSignal.any([job.signal, turn.waiting.signal])
        const events = reported(turns.run(order, request, signal), request, report)
        open()
        return async () => {
          for await (const { type } of events) if (type === 'turn.queued') queued()
        }
      },
      () => report.admitted
    )
    await beginning.catch((error: unknown) => {
      session.drop(turn)
      throw error
    })
    await within(patience.begin, Promise.race([turn.begun, isQueued]))
  }

  async #begin(session: AgentSession, messages: readonly Message[], sender: Sender): Promise<void> {
    const thread = this.threadOf(session)
    const inputs = await Promise.all(messages.map((message) => this.#order(session, thread, message, sender)))
    const turn = session.prepare({ inputs: inputs.map(({ begin }) => begin) })
    const order: ThreadTurnOrder = {
      ...inputs[0]!,
      ...(session.status.isMoved && { prepare: this.#earlier(session) }),
      begin: turn.beginning.take
    }
    await this.run(session, turn, order, sender, () => {
      session.open(turn)
      turn.addAll(messages)
      session.flush()
    })
  }

  /** Puts what was said before into a thread that is new. */
  #earlier(session: AgentSession): NonNullable<ThreadTurnOrder['prepare']> {
    const items = rawItems(this.#options.itemsOf(session.id), session.made.config.tools)
    return async (connection, threadId) => {
      await connection.request('thread/inject_items', { threadId, items })
      session.setStatus({ isMoved: false })
    }
  }

  /** False where the turn is over, or ends before codex has taken the message. */
  async #join(session: AgentSession, turn: AgentTurn, message: Message, sender: Sender): Promise<boolean> {
    const thread = this.threadOf(session)
    if (turn.beginning.isOpen) {
      const { begin } = await this.#order(session, thread, message, sender)
      if (turn.beginning.add(begin)) {
        turn.addAll([message])
        return true
      }
    }
    await within(patience.end, turn.begun)
    if (turn.codexId !== undefined && !turn.isCancelled) {
      const given = turn.expect(message)
      try {
        await this.#options.turns.steer(thread, turn.codexId, inputFrom(message), sender)
        turn.show(given)
        return true
      } catch (error) {
        turn.unexpect(given)
        if (given.isShown) return true
        if (!(error instanceof GatewayError) || error.code !== 'conflict') throw error
      }
    }
    if (!(await within(patience.end, turn.over))) throw stillEnding()
    return false
  }

  #order(session: AgentSession, thread: ThreadRecord, message: Message, sender: Sender): Promise<ThreadTurnOrder> {
    const { model, effort, summary } = thread.settings
    const { format } = session.made.config.text
    const outputSchema = format.type === 'json_schema' ? format.schema : undefined
    const changes = { ...(model && { model }), ...(effort && { effort }), ...(summary && { summary }) }
    return this.#options.turns.orderOf(thread, { input: inputFrom(message), changes, outputSchema }, sender)
  }
}

const noImage: Sender['readImage'] = (url) => ({ type: 'image', url }) // it was checked when it came

const observedBy: NonNullable<Sender['report']> = (events, _, report) => observed(events, report)

const stillEnding = () =>
  new GatewayError('overloaded', 'The turn that is being ended takes long to end. Please try again.', { retryAfter: 1 })
