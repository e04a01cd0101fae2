/** The share of an owner's bound that can be added before all of theirs is counted again, and how many owners are remembered. */
const limits = { share: 1 / 256, owners: 10_000 }

/** When to count all that an owner has, which takes milliseconds where that is thousands of sessions: not for each event. */
export class OwnerCount {
  readonly #bound: number
  /** Characters that were added since the last count. */
  readonly #added = new Map<string, number>()

  /** `bound`: characters that one owner may have. */
  constructor(bound: number) {
    this.#bound = bound
  }

  /** Whether it is to be counted now that so much is added. */
  isDue(owner: string, characters: number): boolean {
    const added = (this.#added.get(owner) ?? Infinity) + characters
    const isDue = added > this.#bound * limits.share
    if (this.#added.size >= limits.owners) this.#added.clear()
    this.#added.set(owner, isDue ? 0 : added)
    return isDue
  }
}
