import { GatewayError } from '../../turn/error.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { times } from '../../wire/times.ts'
import { RetryTimes } from '../retry-times.ts'
import { onlyWorkers } from './fitting.ts'
import type { FrontEnd } from './front-end.ts'

export interface AdmissionLimits {
  /** Turns that may wait. */
  queue: number
  /** Of one owner; no bound of its own where unset. */
  ownQueue?: number | undefined
  /** Milliseconds a turn may wait. */
  patience: number
}

/** A place among the turns that wait, until it is left or the turn is admitted. */
export interface Place extends Disposable {
  /** Whether no slot is free for it. */
  readonly waits: boolean
  readonly patience: number
  readonly late: () => Error
  /** The turn has its worker. */
  readonly admitted: () => void
}

/**
 * Decides which turns may wait. What is beyond the bounds of this front end alone is refused without asking anybody, so that a
 * flood costs the broker nothing; where there are others, the broker counts the turns of all.
 */
export class TurnAdmission {
  readonly #limits: AdmissionLimits
  readonly #frontEnd: FrontEnd
  readonly #waiting = new Map<string, number>()
  readonly #retryTimes = new RetryTimes()
  #count = 0

  constructor(limits: AdmissionLimits, frontEnd: FrontEnd) {
    this.#limits = limits
    this.#frontEnd = frontEnd
  }

  /** Throws `rate_limited` where there is no place, and `overloaded` where there is nobody to run turns. */
  enter({ owner = '', ...request }: Pick<TurnRequest, 'owner' | 'workspace'>): Place {
    this.#refuseWithoutWorkers(owner)
    if (onlyWorkers({ ...request, input: [] }, this.#frontEnd.roster)?.length === 0)
      throw this.#overloaded(
        owner,
        `No worker has the workspace '${request.workspace}'. The operator can define it at the workers, too (CODEX_WORKSPACES_FILE).`
      )
    const { all, free } = this.#frontEnd.roster.slots()
    const waits = this.#count >= free
    const own = this.#waiting.get(owner) ?? 0
    if (this.#count >= this.#limits.queue + free || (waits && own >= (this.#limits.ownQueue ?? Infinity) + free))
      throw this.#full(owner, all)
    this.#count += 1
    this.#waiting.set(owner, own + 1)
    return this.#place(owner, waits)
  }

  /** Takes a place among the turns of all front ends, for as long as the turn is in the system. Rejects as `enter` throws. */
  async share(owner: string): Promise<() => void> {
    const { places, others, roster } = this.#frontEnd
    if (others.count < 2) return () => {} // what is counted here is all there is
    const { all } = roster.slots()
    const leave = await places.take('', this.#limits.queue + Math.max(all, 1)).catch(() => () => {}) // the own bound holds
    if (!leave) throw this.#full(owner, all)
    return leave
  }

  #place(owner: string, waits: boolean): Place {
    let isWaiting = true
    let began: number | undefined
    const leave = () => {
      if (!isWaiting) return
      isWaiting = false
      this.#count -= 1
      const left = (this.#waiting.get(owner) ?? 0) - 1
      if (left > 0) this.#waiting.set(owner, left)
      else this.#waiting.delete(owner)
    }
    return {
      waits,
      patience: this.#limits.patience,
      late: () => this.#late(owner),
      admitted: () => {
        began = performance.now()
        leave()
      },
      [Symbol.dispose]: () => {
        leave()
        if (began !== undefined) this.#retryTimes.ended(performance.now() - began)
      }
    }
  }

  #refuseWithoutWorkers(owner: string): void {
    const { isUp, roster } = this.#frontEnd
    if (!isUp) throw this.#overloaded(owner, 'The broker cannot be reached at the moment.')
    if (performance.now() - roster.lastReadyAt < times.lost) return
    const [problem] = roster.present().flatMap((beat) => beat.problem ?? [])
    const more = problem?.replace(/\.$/, '') ?? 'the operator can start one: codex-gateway worker'
    throw this.#overloaded(owner, `There is no worker that can run this turn (${more}).`)
  }

  #late(owner: string): GatewayError {
    return this.#overloaded(
      owner,
      'No worker had a slot in time. The operator can start more workers, or raise CODEX_QUEUE_TIMEOUT_SECONDS.'
    )
  }

  #overloaded(owner: string, message: string): GatewayError {
    return new GatewayError('overloaded', message, { retryAfter: this.#retryTimes.next(owner, 1) })
  }

  #full(owner: string, slots: number): GatewayError {
    const retryAfter = this.#retryTimes.next(owner, Math.max(slots, 1))
    const advice = 'The operator can start more workers, or raise CODEX_MAX_QUEUE.'
    return new GatewayError('rate_limited', `The queue is full: try again in ${retryAfter} s. ${advice}`, {
      retryAfter
    })
  }
}
