import { z } from 'zod'
import { responseRequest } from '../schema.ts'

/** What it takes, beside its input, to make a stored response whose request is long over. */
export const order = z.object({
  request: responseRequest.omit({ input: true }),
  /** What the headers of its request asked for. */
  narrowing: z.object({ sandbox: z.string().optional(), folder: z.string().optional() }),
  work: z.boolean(),
  /** The id of its request in the log. */
  requestId: z.string()
})

export type Order = z.output<typeof order>
