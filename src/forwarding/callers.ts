import type { ForwardedRequest } from '../wire/exchange.ts'

/** Owners, and keys, that are remembered. */
const most = 10_000

/** What a worker knows of those whose requests it has answered. */
export class Callers {
  readonly #fronts = new Map<string, string>()
  readonly #models = new Map<string, readonly string[] | undefined>()

  note({ id, key }: ForwardedRequest['caller'], front: string): void {
    remember(this.#fronts, id, front)
    if (key) remember(this.#models, key.id, key.models)
  }

  /** The front end through which a request of this owner came last, as far as known. */
  frontOf(owner: string): string | undefined {
    return this.#fronts.get(owner)
  }

  /** The models that the key of this id is for; undefined where it is for all, or not known. */
  modelsOf(key: string): readonly string[] | undefined {
    return this.#models.get(key)
  }
}

/** Of many, those that came last. */
function remember<T>(all: Map<string, T>, key: string, value: T): void {
  all.delete(key)
  all.set(key, value)
  const [oldest] = all.keys()
  if (all.size > most && oldest !== undefined) all.delete(oldest)
}
