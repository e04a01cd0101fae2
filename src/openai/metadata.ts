import { z } from 'zod'

/** Counts, and lengths in characters. */
const limits = { pairs: 16, key: 64, value: 512 }

/** What a client notes on an object of its own. */
export const metadata = z
  .record(
    z.string().max(limits.key, `a key has at most ${limits.key} characters`),
    z.string().max(limits.value, `at most ${limits.value} characters`)
  )
  .refine((pairs) => Object.keys(pairs).length <= limits.pairs, `at most ${limits.pairs} pairs`)

export type Metadata = z.output<typeof metadata>
