import { z } from 'zod'
import type { TurnError } from '../turn/error.ts'
import { profileNames } from '../turn/request.ts'
import { turnError } from './events.ts'

const id = z.string().regex(/^[\w-]{1,64}$/)
const text = z.string()
const error = turnError as unknown as z.ZodType<TurnError>

/** Of a turn what decides about what it may spend, and nothing of what it says. `chars`: of its prompt, in UTF-16 units. */
const spender = z.object({
  owner: text.optional(),
  key: text.optional(),
  workspace: text.optional(),
  model: text.optional(),
  serviceTier: z.enum(['flex', 'priority']).optional(),
  profile: z.enum(profileNames).optional(),
  chars: z.number().int().nonnegative().max(100_000_000)
})
export type Spender = z.output<typeof spender>

/** What a worker says of its own turns to the front end that accounts for them. Both are answered, and may come again. */
export const toAccounts = [
  /** May the turn begin? What it will probably take is then reserved. */
  z.object({ do: z.literal('account'), account: id, worker: id, run: id, spender, engine: text }),
  /** The `n`th event, from 1: what it took, or its end, which is the last; without an event, that it goes on. */
  z.object({
    do: z.literal('spent'),
    account: id,
    n: z.number().int().nonnegative(),
    event: z.unknown().optional(),
    thread: text.optional()
  })
] as const
export type ToAccounts = z.output<(typeof toAccounts)[number]>

/** To a worker: its turn is to stop. The answers to what it says of the turn from then on say so, too. */
export const overspent = z.object({ do: z.literal('overspent'), account: id, error })
export type Overspent = z.output<typeof overspent>

const answer = z.union([
  z.object({ counted: z.literal(true), stop: error.optional() }),
  z.object({ refused: error }),
  /** The front end does not have this account. */
  z.object({ gone: z.literal(true) })
])
export type AccountsAnswer = z.output<typeof answer>

export const accountsAnswerFrom = (value: unknown): AccountsAnswer | undefined => answer.safeParse(value).data
