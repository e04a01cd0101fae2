/** Calls an action once, at the earliest of the times that it was asked for since the last call. */
export class Soonest {
  readonly #action: () => void
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined
  #at = Infinity

  constructor(action: () => void) {
    this.#action = action
  }

  within(ms: number): void {
    const at = performance.now() + ms
    if (at >= this.#at) return
    this.stop()
    this.#at = at
    if (ms > 0) this.#timer = setTimeout(() => this.#call(), ms)
    else this.#immediate = setImmediate(() => this.#call())
  }

  stop(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#at = Infinity
  }

  #call(): void {
    this.stop()
    this.#action()
  }
}
