import type { WebSocket } from 'ws'

/** Bytes that may wait for a slow reader before its writer is paused. */
const highWater = 1_048_576
/** Milliseconds for a reader that takes nothing. */
const stallPatience = 30_000

/** Passes messages on as fast as they are read: meanwhile nothing more is read of those who send them. */
export class Pace {
  readonly #from: WebSocket
  readonly #to: WebSocket
  readonly #stalled: () => void
  readonly #patience: number
  #timer: NodeJS.Timeout | undefined

  /** `stalled` is called when `to` has not caught up in time. */
  constructor(from: WebSocket, to: WebSocket, stalled: () => void, patience = stallPatience) {
    this.#from = from
    this.#to = to
    this.#stalled = stalled
    this.#patience = patience
  }

  send(data: Buffer | string): void {
    if (this.#to.readyState !== this.#to.OPEN) return
    this.#to.send(data, { binary: false }, () => this.#written())
    if (this.#timer === undefined && this.#to.bufferedAmount > highWater) {
      this.#from.pause()
      this.#timer = setTimeout(this.#stalled, this.#patience)
    }
  }

  /** To be called when either side has closed. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #written(): void {
    if (this.#timer === undefined || this.#to.bufferedAmount > highWater / 2) return
    this.end()
    this.#from.resume()
  }
}
