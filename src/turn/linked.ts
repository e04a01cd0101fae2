/**
 * A controller of one's own that also aborts when `signal` does, until it is disposed. `AbortSignal.any` does the same,
 * but holds its sources weakly: 20 µs and work for the garbage collector, where this takes 4.
 */
export class Linked implements Disposable {
  readonly controller = new AbortController()
  readonly #signal: AbortSignal
  readonly #abort = () => this.controller.abort(this.#signal.reason)

  constructor(signal: AbortSignal) {
    this.#signal = signal
    if (signal.aborted) this.#abort()
    else signal.addEventListener('abort', this.#abort, { once: true })
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#abort)
  }
}
