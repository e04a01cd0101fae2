/** One thing at work: a request, or a job that outlives its request. */
export interface Lifetime {
  /** Its signal ends the work; the reason is an `InterruptReason`. */
  readonly controller: AbortController
  /** To be called when the work is over. */
  readonly done: () => void
}

interface Open {
  controller: AbortController
  isAdmitted: () => boolean
}

/** Everything at work, for a gateway that has to stop: shutdown aborts requests and jobs, and these their turns. */
export class Lifetimes {
  readonly #open = new Set<Open>()
  readonly #atEnd: (() => void)[] = []
  #draining = false
  #emptied: (() => void) | undefined

  get draining(): boolean {
    return this.#draining
  }

  /** How much is at work. */
  get size(): number {
    return this.#open.size
  }

  /** Begins one. `isAdmitted`: it has its slot, so that it may finish when the gateway stops. */
  begin(isAdmitted: () => boolean = () => true): Lifetime {
    const open = { controller: new AbortController(), isAdmitted }
    this.#open.add(open)
    if (this.#draining) open.controller.abort('shutdown')
    const done = () => {
      this.#open.delete(open)
      if (this.#open.size === 0) this.#emptied?.()
    }
    return { controller: open.controller, done }
  }

  /** From now on work is ended as it begins; what still waits for a slot is ended too. Resolves when nothing is at work. */
  async drain(): Promise<void> {
    this.#draining = true
    for (const { controller, isAdmitted } of this.#open) if (!isAdmitted()) controller.abort('shutdown')
    if (this.#open.size > 0) await new Promise<void>((resolve) => (this.#emptied = resolve))
  }

  /** Has something done when nothing is at work any more and the gateway is about to end. */
  atEnd(action: () => void): void {
    this.#atEnd.push(action)
  }

  /** Nothing is at work any more. */
  finish(): void {
    for (const action of this.#atEnd.splice(0)) action()
  }

  /** Interrupts everything at work. */
  end(): void {
    this.#draining = true
    for (const { controller } of this.#open) controller.abort('shutdown')
  }
}
