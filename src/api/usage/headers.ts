import type { Ledger } from '../../ledger/ledger.ts'
import type { LimitState } from '../../ledger/limits/state.ts'
import type { GatewayMiddleware } from '../../http/state.ts'

/** Headers of answers that the pages of other origins may read. */
export const limitHeaders = [
  ...['limit', 'remaining', 'reset'].flatMap((what) =>
    ['requests', 'tokens'].map((kind) => `x-ratelimit-${what}-${kind}`)
  ),
  'x-codex-budget'
]

/** Sets OpenAI's headers about the caller's tightest limits on answers to what may run a turn. Comes after the workspace is known. */
export function usageHeaders(ledger: Ledger): GatewayMiddleware {
  return (ctx, next) => {
    if (ctx.method !== 'POST') return next()
    const { principal, workspace } = ctx.state
    for (const [name, value] of headersFor(
      statesFor(ledger, principal.id, principal.key?.id ?? '', workspace.id),
      ledger.clock.now
    ))
      ctx.res.setHeader(name, value)
    return next()
  }
}

/** None where the store cannot be used: whether a turn may run is decided elsewhere. */
function statesFor(ledger: Ledger, principal: string, key: string, workspace: string): LimitState[] {
  try {
    return ledger.limitsOf({ principal, key, workspace })
  } catch {
    return []
  }
}

/** As OpenAI writes them: what is left of the tightest limit on requests and on tokens, and of all in one. */
export function headersFor(states: readonly LimitState[], now: number): [name: string, value: string][] {
  const named = (['requests', 'tokens'] as const).flatMap((what): [string, string][] => {
    const tightest = states
      .filter(({ rule }) => rule.limit.what === what)
      .sort((one, other) => shareLeft(one) - shareLeft(other))[0]
    if (!tightest) return []
    return [
      [`x-ratelimit-limit-${what}`, String(tightest.rule.limit.max)],
      [`x-ratelimit-remaining-${what}`, String(left(tightest))],
      [`x-ratelimit-reset-${what}`, durationText(tightest.until - now)]
    ]
  })
  return states.length === 0
    ? []
    : [
        ...named,
        [
          'x-codex-budget',
          states
            .slice(0, 8)
            .map((state) => budgetText(state, now))
            .join(', ')
        ]
      ]
}

const left = ({ rule, used, reserved }: LimitState) => Math.max(rule.limit.max - used - reserved, 0)
const shareLeft = (state: LimitState) => left(state) / state.rule.limit.max

function budgetText(state: LimitState, now: number): string {
  const { what, per } = state.rule.limit
  const remaining = what === 'usd' ? left(state) / 1e9 : left(state)
  const reset = Number.isFinite(state.until) ? `;reset=${state.until - now}` : ''
  return `${what}/${per};remaining=${remaining}${reset}`
}

/** `1h6m40s`, as OpenAI writes how long it is until a limit is reset. */
function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return '0s'
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds % 60}s`
}
