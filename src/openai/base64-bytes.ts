/** Base64 characters that are decoded at once: a multiple of four. */
const windowChars = 65_536
const windowBytes = (windowChars / 4) * 3

/** The bytes behind valid base64 text, decoded only where they are looked at: an image may have 20 MiB. */
export class Base64Bytes {
  readonly #text: string
  readonly #start: number
  #window: Buffer = Buffer.alloc(0)
  #windowAt = -1

  /** `start`: where the base64 begins in `text`. */
  constructor(text: string, start: number) {
    this.#text = text
    this.#start = start
  }

  /** One byte; NaN beyond the end. */
  at(offset: number): number {
    const windowAt = Math.floor(offset / windowBytes)
    if (windowAt !== this.#windowAt) {
      const from = this.#start + windowAt * windowChars
      this.#window = Buffer.from(this.#text.slice(from, from + windowChars), 'base64')
      this.#windowAt = windowAt
    }
    return this.#window[offset - windowAt * windowBytes] ?? NaN
  }

  /** How many there are. */
  get length(): number {
    const padding = this.#text.endsWith('==') ? 2 : this.#text.endsWith('=') ? 1 : 0
    return ((this.#text.length - this.#start) / 4) * 3 - padding
  }

  /** From `offset` on, as many as are decoded at once, at most `length`; none beyond the end. */
  piece(offset: number, length: number): Buffer {
    if (Number.isNaN(this.at(offset))) return Buffer.alloc(0)
    const start = offset % windowBytes
    return this.#window.subarray(start, start + length)
  }

  /** A big-endian number of `length` bytes; NaN where some are missing. */
  big(offset: number, length: number): number {
    let value = 0
    for (let index = 0; index < length; index++) value = value * 256 + this.at(offset + index)
    return value
  }

  /** A little-endian number of `length` bytes; NaN where some are missing. */
  little(offset: number, length: number): number {
    let value = 0
    for (let index = length - 1; index >= 0; index--) value = value * 256 + this.at(offset + index)
    return value
  }

  /** Bytes as Latin-1 text, shorter at the end. */
  text(offset: number, length: number): string {
    let text = ''
    for (let index = offset; index < offset + length && !Number.isNaN(this.at(index)); index++)
      text += String.fromCharCode(this.at(index))
    return text
  }
}
