import { Json } from '../../broker/broker.ts'
import type { ToAccounts } from '../../wire/accounts.ts'
import type { Frame, Piece, Standing, Take, ToFront, Unknown } from '../../wire/messages.ts'
import type { ToWebhooks } from '../../wire/webhooks.ts'
import type { Roster } from './roster.ts'
import type { BrokeredTurn } from './turn.ts'

export interface HandoverOptions {
  turns: ReadonlyMap<string, BrokeredTurn>
  roster: Roster
  /** Characters of JSON that one message can hold. */
  maxChars: () => number
  /** It has a worker now. */
  onGiven: (turn: BrokeredTurn, worker: string) => void
  /** Its worker does not have it, and promises not to have begun it. */
  onReturned: (turn: BrokeredTurn) => void
  /** Its worker began it and does not have it any more. */
  onLost: (turn: BrokeredTurn) => void
  /** A frame of it is missing. */
  onGap: (turn: BrokeredTurn, worker: string) => void
  /** A worker's own turn spends, or what it serves is reported to webhooks. */
  onServing: (message: ToAccounts | ToWebhooks) => unknown
}

/** What a front end counts. */
export interface Handed {
  direct: number
  line: number
  lost: number
}

/** What a front end answers its workers. Only the life of a worker that a turn was given to can say anything of it. */
export class Handover {
  readonly #options: HandoverOptions

  constructor(options: HandoverOptions) {
    this.#options = options
  }

  answer(message: ToFront | undefined): unknown {
    switch (message?.do) {
      case 'take':
        return this.#give(message)
      case 'part': {
        const turn = this.#turnOf(message)
        return turn ? { text: turn.json.slice(message.at, message.at + message.size) } : { gone: true }
      }
      case 'frame':
      case 'piece':
        return this.#received(message)
      case 'unknown':
        return this.#unknown(message)
      case 'account':
      case 'spent':
      case 'webhooks':
        return this.#options.onServing(message)
      case undefined: // a newer worker may say more
    }
  }

  #turnOf({ turn: id, run }: { turn: string; run: string }): BrokeredTurn | undefined {
    const turn = this.#options.turns.get(id)
    return turn?.holder?.run === run ? turn : undefined
  }

  #give({ turn: id, worker, run }: Take): unknown {
    const { turns, roster, maxChars, onGiven } = this.#options
    const turn = turns.get(id)
    const isNew = turn?.isWaiting ?? false
    if (!turn?.give(worker, run)) return { gone: true }
    if (isNew) {
      roster.noteGiven(worker)
      onGiven(turn, worker)
    }
    const { json, standing, until } = turn
    const head = { grant: standing.grant, totalMs: Math.max(Math.round(until - performance.now()), 0) }
    if (json.length > maxChars()) return { ...head, chars: json.length }
    return new Json(`${JSON.stringify(head).slice(0, -1)},"request":${json}}`)
  }

  #received(message: Frame | Piece): void {
    const turn = this.#turnOf(message)
    if (!turn?.holder) return
    const isNext = message.do === 'frame' ? turn.inbox.receive(message) : turn.inbox.receivePiece(message)
    if (!isNext) this.#options.onGap(turn, turn.holder.worker)
  }

  #unknown(message: Unknown): void {
    const turn = this.#turnOf(message)
    if (!turn) return
    const isUnbegun = !message.started && turn.takeBack(message.run, message.grant)
    if (isUnbegun) this.#options.onReturned(turn)
    else if (message.grant === turn.standing.grant) this.#options.onLost(turn)
  }
}

/** Turns by the worker that has them. */
export function byWorker(turns: Iterable<BrokeredTurn>): Map<string, BrokeredTurn[]> {
  const workers = new Map<string, BrokeredTurn[]>()
  for (const turn of turns) {
    if (!turn.holder) continue
    const its = workers.get(turn.holder.worker) ?? []
    workers.set(turn.holder.worker, its)
    its.push(turn)
  }
  return workers
}

/** What is known of turns at their front end, in several reports where they are many. */
export function* reportsOn(turns: readonly BrokeredTurn[]): Generator<Record<string, Standing>> {
  for (let at = 0; at < turns.length; at += 500)
    yield Object.fromEntries(turns.slice(at, at + 500).map((turn) => [turn.id, turn.standing] as const))
}
