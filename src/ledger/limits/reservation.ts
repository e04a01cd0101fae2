import type { Connection } from '../../store/connection.ts'
import { textsOf } from '../../turn/prompt-size.ts'
import type { ProfileName, TurnRequest } from '../../turn/request.ts'
import type { Usage } from '../../turn/usage.ts'

/** What a turn may still take, in tokens and billionths of a dollar. */
export interface Reservation {
  tokens: number
  cost: number
}

/** What the first estimate of a turn is made of. */
export interface Prompt {
  characters: number
  profile: ProfileName
}

/** Tokens of instructions and tools that codex adds to a request, and of an answer, where nothing is known yet. */
const added = { agent: 10_000, bare: 2_000 }
/** Tokens by which a request to the model is longer than the one before it and its answer. */
const growth = 2_000
/** Seconds that the mean looks back. */
const memory = 604_800

/** What a whole turn will probably take: the mean of the group's turns of the last days, or what its prompt lets expect. Costs by `price`, in billionths of a dollar for a token. */
export function expected(
  connection: Connection,
  group: number,
  { characters, profile }: Prompt,
  { now, price }: { now: number; price: number }
): Reservation {
  const [requests = 0, responses = 0, tokens = 0] = (connection.get(recentSql, group, now - memory) ?? []).map(Number)
  const running = Number(connection.get(runningSql, group)?.[0])
  const wanted =
    responses === 0
      ? Math.ceil(characters / 3) + added[profile]
      : Math.ceil(Math.max(tokens / Math.max(requests - running, 1), tokens / responses + growth))
  return { tokens: wanted, cost: Math.ceil(wanted * price) }
}

/** What is left of a reservation after a response: at least the next request to the model. */
export function renewed(reservation: Reservation, usage: Usage, cost: number): Reservation {
  const taken = usage.input_tokens + usage.output_tokens
  const price = taken > 0 ? cost / taken : 0
  return {
    tokens: Math.max(reservation.tokens - taken, taken + growth),
    cost: Math.max(reservation.cost - cost, Math.ceil((taken + growth) * price))
  }
}

export function promptCharacters(request: TurnRequest): number {
  return textsOf(request).reduce((sum, text) => sum + text.length, 0)
}

const recentSql = `SELECT coalesce(sum(requests), 0), coalesce(sum(responses), 0), coalesce(sum(input + output), 0)
  FROM ledger_days WHERE grp = ? AND at >= ?`
const runningSql =
  'SELECT count(*) FROM ledger_turns INDEXED BY ledger_turns_open WHERE ended_at IS NULL AND reserved > 0 AND grp = ?'
