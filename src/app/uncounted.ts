import type { Principal } from '../access/principal.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Rule } from '../ledger/limits/rule.ts'
import { GatewayError } from '../turn/error.ts'

/** Requests with which turns of threads begin, or grow: the ledger of a front end does not see these. */
const spending =
  /^\/(?:agents\/(?:sessions|automations)(?:\/.*)?|api\/(?:turn(?:\/start|\/steer)?|review\/start|thread\/compact\/start|sessions\/[^/]+\/turn))$/i

/** Why a caller with limits may not have turns on a worker, where nothing would stop them; undefined for all others. */
export function uncountedRefusal(
  ledger: Pick<Ledger, 'rules' | 'shares'> | undefined,
  { method, path, principal }: { method: string; path: string; principal: Principal }
): GatewayError | undefined {
  if (!ledger || method !== 'POST' || !spending.test(path)) return undefined
  const isLimited = ledger.shares !== undefined || principal.key?.models !== undefined
  if (!isLimited && !ledger.rules(principal.key?.id ?? '').some((rule) => stops(rule, principal))) return undefined
  return new GatewayError(
    'unsupported',
    'What you may use is limited, and front ends do not count the turns of threads, sessions and agents. Use /v1/responses, /v1/chat/completions or /v1/tasks, or ask a gateway that runs without CODEX_NATS_URL.',
    { reason: 'unsupported_operation' }
  )
}

/** A session may be in another workspace than its request: the limits of all count. */
function stops({ subject, on_limit: onLimit }: Rule, { id, key }: Principal): boolean {
  if (onLimit === 'warn') return false
  const [kind, wanted] = subject.split(/:(.*)/)
  if (kind === 'principal') return wanted === '*' || wanted === id
  if (kind === 'key') return key !== undefined && (wanted === '*' || wanted === key.id)
  return true
}
