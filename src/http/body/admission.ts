import { GatewayError } from '../../turn/error.ts'

export interface AdmissionLimits {
  /** Bodies being read at one time. */
  reading: number
  /** Bytes of all bodies whose requests are unanswered: as announced, or as many as have come of one in chunks. */
  totalBytes: number
}

interface Usage {
  reading: number
  bytes: number
}

/** A body's share of the memory, from before its first byte is read until its request is answered and its work over. */
export interface Reservation {
  /** So many bytes of it have come; returns `overloaded` when there is no memory for them. */
  received: (bytes: number) => GatewayError | undefined
  /** It has been read and has this many bytes. */
  complete: (bytes: number) => void
  /** So many bytes more are read for this request, from storage. Throws `overloaded`, or `context_length_exceeded` where there can never be memory for them. */
  add: (bytes: number) => void
}

/**
 * Bounds the memory of all request bodies together, before any of it is read. No owner may use more than it leaves free:
 * one alone gets half of everything, and whatever a few owners use, there is room for a small body of another.
 */
export class Admission {
  readonly #limits: AdmissionLimits
  readonly #all: Usage = { reading: 0, bytes: 0 }
  readonly #owners = new Map<string, Usage>()

  constructor(limits: AdmissionLimits) {
    this.#limits = limits
  }

  /** Reserves `announced` bytes for `owner` until the function that `onEnd` is given is called; throws `overloaded` when there are none left. */
  admit(owner: string, announced: number, onEnd: (release: () => void) => void): Reservation {
    const own = this.#owners.get(owner) ?? { reading: 0, bytes: 0 }
    if (!this.#hasRoom('reading', own, 1) || !this.#hasRoom('bytes', own, announced)) throw overloaded()
    this.#owners.set(owner, own)
    const reserved = { reading: 0, bytes: 0 }
    const set = (reading: number, bytes: number) => {
      for (const usage of [this.#all, own]) {
        usage.reading += reading - reserved.reading
        usage.bytes += bytes - reserved.bytes
      }
      Object.assign(reserved, { reading, bytes })
    }
    let closed = false
    set(1, announced)
    onEnd(() => {
      set(0, 0)
      closed = true
      if (own.reading === 0 && own.bytes === 0) this.#owners.delete(owner)
    })
    return {
      received: (bytes) => {
        if (closed || bytes <= reserved.bytes) return undefined
        if (!this.#hasRoom('bytes', own, bytes - reserved.bytes)) return overloaded()
        set(1, bytes)
        return undefined
      },
      complete: (bytes) => void (closed || set(0, bytes)),
      add: (bytes) => {
        if (bytes > this.#limits.totalBytes / 2)
          throw new GatewayError(
            'context_length_exceeded',
            'What this request continues is larger than the gateway reads for one request.'
          )
        if (!this.#hasRoom('bytes', own, bytes)) throw overloaded()
        if (!closed) set(reserved.reading, reserved.bytes + bytes)
      }
    }
  }

  #hasRoom(what: keyof Usage, own: Usage, more: number): boolean {
    const limit = what === 'reading' ? this.#limits.reading : this.#limits.totalBytes
    return more === 0 || own[what] + more <= limit - (this.#all[what] + more)
  }
}

const overloaded = () =>
  new GatewayError('overloaded', 'The gateway is reading too many requests at once.', { retryAfter: 1 })
