/**
 * A controller of one's own that also aborts when `signal` does, until it is disposed. `AbortSignal.any` does the same,
 * but holds its sources weakly: 20 µs and work for the garbage collector, where this takes 4; and an `AbortSignal.timeout`
 * among them that nothing else refers to is collected and never aborts (Node 20).
 */
export class Linked implements Disposable {
  readonly controller = new AbortController()
  readonly #signal: AbortSignal
  readonly #abort = () => this.controller.abort(this.#signal.reason)
  readonly #timer: NodeJS.Timeout | undefined

  /** `milliseconds`: it aborts after them, too. */
  constructor(signal: AbortSignal, milliseconds?: number) {
    this.#signal = signal
    if (signal.aborted) this.#abort()
    else signal.addEventListener('abort', this.#abort, { once: true })
    if (milliseconds !== undefined) this.#timer = setTimeout(this.#abort, milliseconds).unref()
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#signal.removeEventListener('abort', this.#abort)
  }
}
