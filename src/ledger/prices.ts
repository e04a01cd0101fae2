import type { Usage } from '../turn/usage.ts'

/** Dollars for a million tokens. What is left out costs as much as other input. */
export interface ModelPrice {
  input: number
  output: number
  cached?: number | undefined
  cache_write?: number | undefined
  /** By service tier. */
  tiers: Readonly<Record<string, { factor: number }>>
}

/** What models cost. */
export class Prices {
  readonly #models: ReadonlyMap<string, ModelPrice>

  constructor(models: Readonly<Record<string, ModelPrice>> = {}) {
    this.#models = new Map(Object.entries(models))
  }

  /** Whether any is known. */
  get known(): boolean {
    return this.#models.size > 0
  }

  has(model: string): boolean {
    return this.#priceOf(model) !== undefined
  }

  /** Billionths of a dollar, rounded once for a response; 0 where the price is not known. */
  costOf(model: string, tier: string, usage: Usage): number {
    const price = this.#priceOf(model)
    if (!price) return 0
    const { input, output, cached = input, cache_write = input, tiers } = price
    const fresh = Math.max(usage.input_tokens - usage.cached_input_tokens - usage.cache_write_input_tokens, 0)
    const dollars =
      fresh * input +
      usage.cached_input_tokens * cached +
      usage.cache_write_input_tokens * cache_write +
      usage.output_tokens * output
    return Math.round(dollars * 1000 * (tiers[tier]?.factor ?? 1))
  }

  #priceOf(model: string): ModelPrice | undefined {
    const exact = this.#models.get(model)
    if (exact) return exact
    for (const [name, price] of this.#models)
      if (name.endsWith('*') && model.startsWith(name.slice(0, -1))) return price
    return undefined
  }
}

export const oneToken: Usage = {
  input_tokens: 1,
  cached_input_tokens: 0,
  cache_write_input_tokens: 0,
  output_tokens: 0,
  reasoning_output_tokens: 0
}
