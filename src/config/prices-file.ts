import { z } from 'zod'
import { fromToml } from './limits-file.ts'

const price = z.number().nonnegative()
const model = z.strictObject({
  input: price,
  output: price,
  cached: price.optional(),
  cache_write: price.optional(),
  /** By service tier: what its prices are multiplied by. */
  tiers: z.record(z.string(), z.strictObject({ factor: price })).default({})
})
const file = z.strictObject({ models: z.record(z.string(), model) })

/** Dollars for a million tokens, by model. A name may end in `*`. */
export type PricesFile = z.output<typeof file>

/** Reads a file of prices. Throws an `Error` whose message continues the name of a setting. */
export function readPricesFile(path: string): PricesFile {
  return fromToml(path, file)
}
