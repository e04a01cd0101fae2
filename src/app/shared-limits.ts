import type { CountedResponse, TurnClose } from '../ledger/account.ts'
import type { CountedTurns } from '../ledger/limits/counted-turns.ts'
import type { Reservation } from '../ledger/limits/reservation.ts'
import type { LimitedTurns, NewLimitedTurn, OpenLimitedTurn } from '../ledger/limits/turns.ts'
import { within } from '../turn/deadline.ts'
import { errorOf, GatewayError, turnErrorFrom } from '../turn/error.ts'
import type { TurnError } from '../turn/error.ts'
import type { LeaderCall, LeaderCalls } from './leader-calls.ts'

/** Milliseconds until a report is sent again, and for which the end of a turn waits for its own. */
const times = { retry: 500, close: 2_000 }
/** Turns with reports that nobody has taken yet; those of more are given up. */
const maxTurns = 10_000

type Response = Omit<CountedResponse, 'at'>
type Close = Omit<TurnClose, 'at'>

/**
 * Turns with limits, which the front end that leads counts for all of them. While nobody leads none begins; what those that run
 * report is sent until somebody has taken it, and counts once.
 */
export class SharedLimits implements LimitedTurns, Disposable {
  readonly #calls: LeaderCalls
  /** What is to be sent, one after the other for each turn. */
  readonly #queues = new Map<number, Promise<unknown>>()
  #isClosed = false

  constructor(calls: LeaderCalls, counted: CountedTurns) {
    this.#calls = calls
    const on = <T>(op: string, handle: (asked: T) => unknown) => calls.on(op, (asked) => handle(asked as unknown as T)) // another gateway made it
    on('turn.open', ({ turn }: { turn: NewLimitedTurn }) => counted.open(turn))
    on('turn.withdraw', ({ turn }: { turn: OpenLimitedTurn }) => counted.withdraw(turn))
    on('turn.close', ({ turn, close }: { turn: OpenLimitedTurn; close: Close }) => counted.close(turn, close))
    on('turn.note', async (asked: { turn: OpenLimitedTurn; response: Response; next: Reservation }) => {
      const reason = await counted.note(asked.turn, asked.response, asked.next)
      return reason && turnErrorFrom(reason)
    })
  }

  /** One that may be open though nobody said so is withdrawn. */
  async open(turn: NewLimitedTurn): Promise<Reservation & { id: number }> {
    try {
      return (await this.#calls.ask({ op: 'turn.open', turn })) as Reservation & { id: number }
    } catch (error) {
      const { id, group } = turn
      if (id !== null && isUnusable(error)) void this.#send(id, { op: 'turn.withdraw', turn: { id, group } })
      throw error
    }
  }

  async note(turn: OpenLimitedTurn, response: Response, next: Reservation): Promise<GatewayError | undefined> {
    const reason = await this.#send(turn.id, { op: 'turn.note', turn, response, next })
    return reason ? errorOf(reason as TurnError) : undefined
  }

  async close(turn: OpenLimitedTurn, close: Close): Promise<void> {
    await within(times.close, this.#send(turn.id, { op: 'turn.close', turn, close }))
  }

  /** Resolves when all was taken, or after so many milliseconds. */
  async settled(ms: number): Promise<void> {
    await within(ms, Promise.all(this.#queues.values()))
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
  }

  #send(turn: number, asked: LeaderCall): Promise<unknown> {
    const before = this.#queues.get(turn)
    if (!before && this.#queues.size >= maxTurns) return Promise.resolve()
    const sent = (before ?? Promise.resolve()).then(() => this.#untilTaken(asked))
    this.#queues.set(turn, sent)
    void sent.then(() => this.#queues.get(turn) === sent && this.#queues.delete(turn))
    return sent
  }

  /** Never rejects: what is wrong about it would be so the next time. */
  async #untilTaken(asked: LeaderCall): Promise<unknown> {
    while (!this.#isClosed)
      try {
        return await this.#calls.ask(asked)
      } catch (error) {
        if (!isUnusable(error)) return undefined
        await new Promise((resolve) => setTimeout(resolve, times.retry))
      }
    return undefined
  }
}

const isUnusable = (error: unknown) => error instanceof GatewayError && error.code === 'overloaded'
