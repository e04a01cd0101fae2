import { GatewayError } from '../../turn/error.ts'
import { limitText } from '../../turn/limit.ts'
import type { Prices } from '../prices.ts'
import type { AppliedRule } from './rule.ts'
import type { Reservation } from './reservation.ts'
import type { LimitState } from './state.ts'

/** Why a turn must not begin; undefined where it may. One that is alone may begin while anything is left: an estimate must not lock anybody out. */
export function refusalOf(states: readonly LimitState[], wanted: Reservation, now: number): GatewayError | undefined {
  const refusal = usedUp(states, now)
  if (refusal) return refusal
  const crowded = enforced(states).find((state) => isCrowded(state, wanted))
  return crowded && tooManyAtOnce(crowded)
}

/** Why no turn may begin, however little it takes. */
export function usedUp(states: readonly LimitState[], now: number): GatewayError | undefined {
  const state = latest(enforced(states).filter(({ rule, used }) => used >= rule.limit.max))
  return state && limitReached(state, now)
}

const enforced = (states: readonly LimitState[]) => states.filter(({ rule }) => rule.on_limit !== 'warn')

/** Why a key must not run a model: what it says is what is said of a model that is not there. */
export function modelRefusal(model: string): GatewayError {
  return new GatewayError(
    'model_not_found',
    `The model \`${model.slice(0, 128)}\` does not exist or you do not have access to it. GET /v1/models lists those of this API key.`,
    { param: 'model' }
  )
}

/** Why a turn must not begin whose cost is unknown, though there is a limit on it. */
export function priceRefusal(rules: readonly AppliedRule[], model: string, prices: Prices): GatewayError | undefined {
  if (prices.has(model) || !rules.some(({ limit, on_limit }) => limit.what === 'usd' && on_limit !== 'warn'))
    return undefined
  return new GatewayError(
    'forbidden',
    `There is a limit on what you spend, and no price for ${model}. The operator can add it to CODEX_PRICES_FILE.`,
    { param: 'model' }
  )
}

/** Why a turn must not go on, after a response. `own`: what it has reserved for what comes. */
export function stopOf(states: readonly LimitState[], own: Reservation, now: number): GatewayError | undefined {
  const stopping = states.filter(({ rule }) => rule.on_limit === 'stop' && rule.limit.what !== 'requests')
  const state = latest(stopping.filter((one) => one.used >= one.rule.limit.max || isCrowded(one, own)))
  return state && limitReached(state, now)
}

function isCrowded({ rule, used, reserved, running }: LimitState, wanted: Reservation): boolean {
  const { what, max } = rule.limit
  if (what === 'requests' || running === 0) return false
  return used + reserved + (what === 'usd' ? wanted.cost : wanted.tokens) > max
}

/** The one that is reset last. */
function latest(states: readonly LimitState[]): LimitState | undefined {
  return states.reduce<LimitState | undefined>(
    (last, state) => (last && last.until >= state.until ? last : state),
    undefined
  )
}

/** A limit of a minute is a matter of pace; any other is a budget that is spent. */
export function limitReached({ rule, until }: LimitState, now: number): GatewayError {
  const { limit } = rule
  const retryAfter = Number.isFinite(until) ? Math.max(until - now, 1) : undefined
  const when =
    retryAfter === undefined ? '' : ` It resets at ${new Date(until * 1000).toISOString().replace('.000', '')}.`
  const whose = whoseOf(rule.name)
  return new GatewayError(
    limit.per === 'minute' ? 'rate_limited' : 'usage_limit_exceeded',
    `${whose} used up: ${limitText(limit)}.${when} GET /v1/usage tells what is left.`,
    { retryAfter }
  )
}

/** Seconds after which turns that run have probably taken less than they reserved. */
const soon = 5

function tooManyAtOnce({ rule }: LimitState): GatewayError {
  return new GatewayError(
    'rate_limited',
    `What is left of ${limitText(rule.limit)} is reserved for turns that run. Try again when they have ended.`,
    { retryAfter: soon }
  )
}

function whoseOf(name: string): string {
  if (name.startsWith('key:')) return 'The limit of this API key is'
  if (name.startsWith('workspace:')) return 'The limit of this workspace is'
  return name === '*' ? 'The limit of this gateway is' : 'Your limit is'
}
