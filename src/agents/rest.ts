import type { Pause } from '../threads/observer.ts'

/** Milliseconds: that a codex waits for results of functions, and that one waits for a decision which no other can be given. */
const patience = { codex: 600_000, caller: 86_400_000 }

/** The time in which the codex of a turn only waits for its caller, and the turn has no slot. */
export class Rest {
  readonly #tooLong: () => void
  #pause: Pause | undefined
  #timer: NodeJS.Timeout | undefined

  /** `tooLong` is called when it has lasted for too long. */
  constructor(tooLong: () => void) {
    this.#tooLong = tooLong
  }

  /** How the turn waits. */
  take(pause: Pause): void {
    this.#pause ??= pause
  }

  /** `canGoOn`: it need not last long, for another codex can go on with the turn. */
  begin(canGoOn: boolean): void {
    this.#pause?.begin()
    this.#timer = setTimeout(this.#tooLong, canGoOn ? patience.codex : patience.caller)
    this.#timer.unref()
  }

  /** Resolves when the turn has a slot again. */
  async end(): Promise<void> {
    this.stop()
    await this.#pause?.end()
  }

  /** The turn is over. */
  stop(): void {
    clearTimeout(this.#timer)
  }
}
