import { z } from 'zod'
import type { Period } from '../../ledger/calendar.ts'
import type { Sums } from '../../ledger/sums.ts'
import type { ListedTurn } from '../../ledger/listed-turns.ts'

const count = z.int().nonnegative()

/** What was used. Tokens that codex did not report are in none of the sums. */
export const usedView = z.object({
  requests: count,
  responses: count.meta({ description: 'Answers of the model that were counted.' }),
  input_tokens: count.meta({ description: 'Those from the cache too.' }),
  cached_tokens: count,
  output_tokens: count.meta({ description: 'Those of the reasoning too.' }),
  reasoning_tokens: count,
  total_tokens: count,
  unknown_responses: count.meta({
    description:
      'Answers of the model whose tokens Codex did not report: cut off, torn, or of a process that was killed.'
  }),
  estimated_tokens: count.meta({ description: 'What these may have taken. It is not in the sums.' })
})

export function usedViewOf(sums: Omit<Sums, 'requests' | 'estimate_cost' | 'cache_write'> & { requests?: number }) {
  return {
    requests: sums.requests ?? 1,
    responses: sums.responses,
    input_tokens: sums.input,
    cached_tokens: sums.cached,
    output_tokens: sums.output,
    reasoning_tokens: sums.reasoning,
    total_tokens: sums.input + sums.output,
    unknown_responses: sums.unknown,
    estimated_tokens: sums.estimate
  }
}

export const periodView = usedView.extend({ since: count, until: count })

export const periodViewOf = ({ since, until }: Period, sums: Sums): z.output<typeof periodView> => ({
  since,
  until,
  ...usedViewOf(sums)
})

export const usedTurnView = usedView.omit({ requests: true }).extend({
  id: z.string(),
  object: z.literal('usage.turn'),
  status: z.enum(['running', 'completed', 'failed', 'interrupted', 'killed']),
  cause: z.string().nullable().meta({ description: 'Why it did not complete, or why its answer was cut.' }),
  created_at: count,
  ended_at: count.nullable(),
  model: z.string(),
  engine: z.string(),
  workspace: z.string(),
  thread_id: z.string().nullable()
})

export function usedTurnViewOf(turn: ListedTurn): z.output<typeof usedTurnView> {
  const { requests: _, ...used } = usedViewOf(turn)
  return {
    id: `turn_${turn.id}`,
    object: 'usage.turn',
    status: statusOf(turn.end),
    cause: turn.cause ?? null,
    created_at: turn.at,
    ended_at: turn.endedAt ?? null,
    model: turn.model,
    engine: turn.engine,
    workspace: turn.workspace,
    thread_id: turn.thread ?? null,
    ...used
  }
}

const statuses = ['completed', 'failed', 'interrupted', 'killed'] as const

const statusOf = (end: string | undefined) => statuses.find((status) => status === end) ?? 'running'
