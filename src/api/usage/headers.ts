import type { Ledger } from '../../ledger/ledger.ts'
import type { LimitState } from '../../ledger/limits/state.ts'
import type { AccountWindow } from '../../ledger/windows.ts'
import type { GatewayMiddleware } from '../../http/state.ts'

/** Headers of answers that the pages of other origins may read. */
export const limitHeaders = [
  ...['limit', 'remaining', 'reset'].flatMap((what) =>
    ['requests', 'tokens'].map((kind) => `x-ratelimit-${what}-${kind}`)
  ),
  'x-codex-budget',
  ...['primary', 'secondary'].flatMap((place) =>
    ['used-percent', 'window-minutes', 'reset-at'].map((what) => `x-codex-${place}-${what}`)
  )
]

/** Milliseconds for which what is known of the account's windows is fresh. */
const freshMs = 1_000

/**
 * Sets OpenAI's headers about the caller's tightest limits on answers to what may run a turn, and the provider's about the windows of
 * the account: a codex that has this gateway as its provider shows them. Comes after the workspace is known.
 */
export function usageHeaders(ledger: Ledger): GatewayMiddleware {
  let windows: { at: number; headers: ReturnType<typeof windowHeaders> } | undefined
  return (ctx, next) => {
    if (ctx.method !== 'POST') return next()
    const { principal, workspace } = ctx.state
    const { now } = ledger.clock
    const caller = { principal: principal.id, key: principal.key?.id ?? '', workspace: workspace.id }
    const states = orNone(() => ledger.limitsOf(caller))
    if (!windows || performance.now() - windows.at > freshMs)
      windows = { at: performance.now(), headers: windowHeaders(orNone(() => ledger.windows.current(now))) }
    for (const [name, value] of [...headersFor(states, now), ...windows.headers]) ctx.res.setHeader(name, value)
    return next()
  }
}

/** The shortest and the longest window of the account, of codex's own family where there are others. */
export function windowHeaders(windows: readonly AccountWindow[]): [name: string, value: string][] {
  const family = windows.find(({ limit }) => limit === 'codex')?.limit ?? windows[0]?.limit
  const own = windows.filter(({ limit }) => limit === family)
  return [own[0], own.slice(1).at(-1)].flatMap((window, index): [string, string][] => {
    if (!window) return []
    const name = `x-codex-${index === 0 ? 'primary' : 'secondary'}`
    return [
      [`${name}-used-percent`, String(window.usedPercent)],
      [`${name}-window-minutes`, String(window.minutes)],
      [`${name}-reset-at`, String(window.resetsAt)]
    ]
  })
}

/** None where the store cannot be used: whether a turn may run is decided elsewhere. */
function orNone<T>(read: () => T[]): T[] {
  try {
    return read()
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
