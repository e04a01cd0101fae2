import { z } from 'zod'

const id = z.string().regex(/^[\w-]{1,64}$/)
const number = z.number().int().nonnegative()
const names = z.union([z.literal('all'), z.array(z.string())])

/** Who calls, as the front end knows it: everything of it but its token. */
const caller = z.object({
  id: z.string(),
  name: z.string(),
  workspaces: names,
  scopes: names,
  limits: z.object({ requestsPerMinute: z.number().optional() }),
  key: z
    .object({
      id: z.string(),
      name: z.string(),
      models: z.array(z.string()).optional(),
      apis: z.array(z.string()).optional(),
      expiresAt: z.number().optional()
    })
    .optional()
})

const request = z.object({
  method: z.string(),
  /** Its canonical path, with the query. */
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  caller,
  /** Its body follows, in messages of its own. */
  hasBody: z.boolean()
})
export type ForwardedRequest = z.output<typeof request>

/** What a front end says to a worker of one request of a client's that the worker serves. Each but `leave` is answered. */
export const toExchange = [
  /** Serve this, for this front end. The answer is that to `more` from 0, or `taken` where a body follows, or `busy`. It is never sent twice. */
  z.object({ do: z.literal('open'), exchange: id, front: id, request }),
  /** A piece of the body, in base64, by its number from 0. Answered when there is room for another, or `idle`. */
  z.object({ do: z.literal('body'), exchange: id, index: number, data: z.string(), last: z.boolean() }),
  /** Part `n` of the answer, and none before it any more. What was sent already is sent again. */
  z.object({ do: z.literal('more'), exchange: id, n: number }),
  /** `client`: nobody reads it any more. `token`: what let the client in has ended, and with it what goes on for long. */
  z.object({ do: z.literal('leave'), exchange: id, reason: z.enum(['client', 'token']) })
] as const
export type ToExchange = z.output<(typeof toExchange)[number]>

const part = z.object({
  n: number,
  head: z
    .object({
      status: z.number().int().min(200).max(599),
      headers: z.record(z.string(), z.union([z.string(), z.array(z.string())]))
    })
    .optional(),
  /** Bytes of the body, in base64. */
  data: z.string().optional(),
  /** It was the last part. `cut`: the answer is not complete. */
  end: z.enum(['done', 'cut']).optional()
})
export type AnswerPart = z.output<typeof part>

/** What a worker answers. `idle`: there is nothing yet. `gone`: it does not know the exchange. `busy`: it did not begin it. `taken`: it has the request, or that piece of the body. */
const answer = z.union([
  part,
  z.object({ idle: z.literal(true) }),
  z.object({ gone: z.literal(true) }),
  z.object({ busy: z.literal(true) }),
  z.object({ taken: z.literal(true) })
])
export type ExchangeAnswer = z.output<typeof answer>

/** Undefined where it is nothing that this version understands. */
export const exchangeAnswerFrom = (value: unknown): ExchangeAnswer | undefined => answer.safeParse(value).data
