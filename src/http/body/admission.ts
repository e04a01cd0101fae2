import type { ServerResponse } from 'node:http'
import { GatewayError } from '../../turn/error.ts'

export interface AdmissionLimits {
  /** Bodies being read at one time. */
  reading: number
  /** Bytes of all bodies whose requests are unanswered, as announced or, once read, as they are. */
  totalBytes: number
}

/** A body's place, from before its first byte is read until its request is answered. */
export interface Place {
  /** It has been read and has this many bytes. */
  read(bytes: number): void
}

/** Bounds what the bodies of all requests together may hold, before any of it is read. */
export class Admission {
  readonly #limits: AdmissionLimits
  #reading = 0
  #bytes = 0

  constructor(limits: AdmissionLimits) {
    this.#limits = limits
  }

  /** What is held now. */
  get held(): { reading: number; bytes: number } {
    return { reading: this.#reading, bytes: this.#bytes }
  }

  /** A place for `announced` bytes until `res` closes; throws `overloaded` when there is none. */
  admit(announced: number, res: ServerResponse): Place {
    if (this.#reading >= this.#limits.reading || this.#bytes + announced > this.#limits.totalBytes) {
      throw new GatewayError('overloaded', 'The gateway is reading too many requests at once.', { retryAfter: 1 })
    }
    let bytes = announced
    let reading = 1
    this.#reading += 1
    this.#bytes += announced
    const read = (actual: number) => {
      this.#reading -= reading
      this.#bytes += actual - bytes
      reading = 0
      bytes = actual
    }
    res.once('close', () => read(0))
    return { read }
  }
}
