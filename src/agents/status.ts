import { z } from 'zod'
import type { Usage } from '../turn/usage.ts'

const usage = z.object({
  input_tokens: z.int(),
  input_tokens_details: z.object({ cached_tokens: z.int() }),
  output_tokens: z.int(),
  output_tokens_details: z.object({ reasoning_tokens: z.int() }),
  total_tokens: z.int()
})
export type TokenUsage = z.output<typeof usage>

const action = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('function_call'),
    turn_id: z.string(),
    call_id: z.string(),
    name: z.string(),
    arguments: z.unknown()
  }),
  z.object({
    type: z.literal('mcp_approval_request'),
    turn_id: z.string(),
    request_id: z.string(),
    request: z.object({
      type: z.literal('mcp_tool_call'),
      server_label: z.string(),
      name: z.string().nullable(),
      arguments: z.unknown(),
      message: z.string()
    })
  })
])
/** What a session waits for. */
export type RequiredAction = z.output<typeof action>

/** A turn that is not over. */
const openTurn = z.object({
  id: z.string(),
  /** Codex's id of it. */
  codexId: z.string().nullable(),
  /** The place of the next item of its output. */
  index: z.int(),
  /** Nothing of it is at work: it waits for results of functions, and can go on with them in another codex. */
  onlyWaits: z.boolean(),
  /** How many of its items the thread of codex was given when it went on: they stay there when codex's turn is taken out. */
  given: z.int().default(0)
})
export type OpenTurn = z.output<typeof openTurn>

/** How a session is. Times are Unix milliseconds. */
export const sessionStatus = z.object({
  status: z.enum(['idle', 'in_progress', 'requires_action', 'failed']),
  error: z.string().nullable(),
  actions: z.array(action),
  usage: usage.nullable(),
  lastActiveAt: z.int(),
  open: openTurn.nullable(),
  /** Its thread is new, and has nothing yet of what was said before. */
  isMoved: z.boolean().default(false),
  /** Billionths of a dollar that its answers cost whose prices were known. */
  spent: z.int().default(0)
})
export type SessionStatus = z.output<typeof sessionStatus>

export const newStatus = (): SessionStatus => ({
  status: 'idle',
  error: null,
  actions: [],
  usage: null,
  lastActiveAt: Date.now(),
  open: null,
  isMoved: false,
  spent: 0
})

/** Tokens in the spelling of the API. */
export function tokenUsage(counted: Usage | undefined): TokenUsage | null {
  if (counted === undefined) return null
  const { input_tokens, cached_input_tokens, output_tokens, reasoning_output_tokens } = counted
  return {
    input_tokens,
    input_tokens_details: { cached_tokens: cached_input_tokens },
    output_tokens,
    output_tokens_details: { reasoning_tokens: reasoning_output_tokens },
    total_tokens: input_tokens + output_tokens
  }
}

/** The tokens of both. */
export function usageOfBoth(one: TokenUsage | null, other: TokenUsage | null): TokenUsage | null {
  if (one === null || other === null) return one ?? other
  const cached = one.input_tokens_details.cached_tokens + other.input_tokens_details.cached_tokens
  const reasoning = one.output_tokens_details.reasoning_tokens + other.output_tokens_details.reasoning_tokens
  return {
    input_tokens: one.input_tokens + other.input_tokens,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: one.output_tokens + other.output_tokens,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: one.total_tokens + other.total_tokens
  }
}
