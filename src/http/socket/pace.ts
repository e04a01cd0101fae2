import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'

/** Bytes that may wait for a slow reader before its writer is paused. */
const highWater = 1_048_576
/** Bytes that still wait when its writer goes on. */
const lowWater = highWater / 2
/** Milliseconds for a reader that takes nothing. */
const stallPatience = 30_000

/** Whether a `Pace` waits for its reader: it sees pings only behind all of that. */
export const isBehind = (socket: WebSocket): boolean => socket.bufferedAmount > lowWater

/** Passes messages on as fast as they are read: meanwhile nothing more is read of those who send them. */
export class Pace {
  readonly #from: WebSocket
  readonly #to: WebSocket
  readonly #stalled: () => void
  readonly #patience: number
  /** Those that are not read meanwhile. */
  readonly #paused = new Set<WebSocket>()

  /** `stalled` is called when `to` has taken nothing for so many milliseconds. */
  constructor(from: WebSocket, to: WebSocket, stalled: () => void, patience = stallPatience) {
    this.#from = from
    this.#to = to
    this.#stalled = stalled
    this.#patience = patience
  }

  /** `cause`: whose messages lead to this one, where it is not one of `from`. */
  send(data: Buffer | string, cause = this.#from): void {
    if (this.#to.readyState !== this.#to.OPEN) return
    this.#to.send(data, { binary: false }, () => this.#written())
    if (this.#to.bufferedAmount <= highWater) return
    if (this.#paused.size === 0) streamOf(this.#to)?.setTimeout(this.#patience, this.#stalled)
    this.#paused.add(cause)
    cause.pause() // perhaps again: another one may have let it go on
  }

  /** To be called when either side has closed. */
  end(): void {
    if (this.#paused.size === 0) return
    this.#paused.clear()
    streamOf(this.#to)?.setTimeout(0, this.#stalled)
  }

  #written(): void {
    if (this.#paused.size === 0 || this.#to.bufferedAmount > lowWater) return
    const paused = [...this.#paused]
    this.end()
    for (const socket of paused) socket.resume()
  }
}

/**
 * Only the connection itself knows whether a long message gets on: to `ws`, which has no public name for it (8.x), a message is
 * written when all of it is, and so is everything that waits behind it.
 */
const streamOf = (socket: WebSocket) => (socket as unknown as { _socket: Socket | null })._socket
