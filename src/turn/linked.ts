/** A controller of one's own that also aborts when `signal` does, until it is disposed. */
export interface Linked extends Disposable {
  readonly controller: AbortController
}

/** `AbortSignal.any` does the same, but holds its sources weakly: 20 µs and work for the garbage collector, where this takes 4. */
export function linkedTo(signal: AbortSignal): Linked {
  const controller = new AbortController()
  const abort = () => controller.abort(signal.reason)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  return { controller, [Symbol.dispose]: () => signal.removeEventListener('abort', abort) }
}
