const newline = 0x0a
const kept = 8_192

export interface LineHandlers {
  line: (text: string) => void
  /** A line beyond the limit: only its first and last 8 KiB, which tell whom it was for. */
  tooLong: (head: string, tail: string) => void
}

/**
 * Cuts a byte stream into lines as it comes, for a child that serves many at once: there a line that is
 * too long costs only the one it was for, so it is let through unread instead of ending the stream.
 */
export class LineCutter {
  readonly #limit: number
  readonly #handlers: LineHandlers
  #parts: Buffer[] = []
  /** Bytes of the line so far, and those of it in `#parts`. */
  #size = 0
  #held = 0

  constructor(limit: number, handlers: LineHandlers) {
    this.#limit = limit
    this.#handlers = handlers
  }

  push(chunk: Buffer): void {
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      if (this.#size === 0 && end - start <= this.#limit) this.#tell(chunk, start, end)
      else {
        this.#keep(chunk.subarray(start, end))
        this.#endLine()
      }
      start = end + 1
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start))
  }

  #keep(part: Buffer): void {
    this.#size += part.length
    this.#held += part.length
    this.#parts.push(part)
    if (this.#size > this.#limit && this.#held > 16 * kept) this.#shorten()
  }

  /** Keeps of a line that is too long only what tells of it. */
  #shorten(): void {
    const all = Buffer.concat(this.#parts)
    this.#parts = [Buffer.from(all.subarray(0, kept)), Buffer.from(all.subarray(-kept))] // copies: a view would hold the whole
    this.#held = 2 * kept
  }

  #endLine(): void {
    const tooLong = this.#size > this.#limit
    if (tooLong) this.#shorten()
    const parts = this.#parts
    this.#parts = []
    this.#size = 0
    this.#held = 0
    if (tooLong) this.#handlers.tooLong(parts[0]!.toString('utf8'), parts[1]!.toString('utf8'))
    else {
      const whole = Buffer.concat(parts)
      this.#tell(whole, 0, whole.length)
    }
  }

  #tell(bytes: Buffer, start: number, end: number): void {
    if (end > start) this.#handlers.line(bytes.toString('utf8', start, end))
  }
}
