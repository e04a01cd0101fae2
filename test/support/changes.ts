/** Lets one wait until something holds, without polling: whoever changes something says so. */
export class Changes {
  #waiting: { holds: () => boolean; resolve: () => void }[] = []

  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ holds, resolve }))
  }

  happened(): void {
    if (this.#waiting.length === 0) return
    const met = this.#waiting.filter(({ holds }) => holds())
    this.#waiting = this.#waiting.filter((waiting) => !met.includes(waiting))
    for (const { resolve } of met) resolve()
  }
}
