import { isDeepStrictEqual } from 'node:util'
import { isJsonObject } from '../../turn/json-object.ts'

/** What app-server asked of a client. */
export interface AskedOfClient {
  readonly method: string
  readonly params: unknown
}

/** What codex (0.169) asks of its clients that those of a gateway may answer. */
const answerable = [
  'item/commandExecution/requestApproval',
  'item/fileChange/requestApproval',
  'item/permissions/requestApproval',
  'item/tool/call',
  'item/tool/requestUserInput',
  'mcpServer/elicitation/request',
  'applyPatchApproval',
  'execCommandApproval',
  'currentTime/read'
]

/** Whether it is for clients. The others ask for a login, which is the operator's. */
export function isForClients(method: string): boolean {
  return answerable.includes(method)
}

/**
 * What a client's answer may be: it grants what was asked for, this time or for the session. A rule that codex would write down
 * holds in other threads, for other clients, so such an answer becomes one for the session.
 */
export function allowedReply({ method, params }: AskedOfClient, result: unknown): unknown {
  if (!isJsonObject(result)) return result
  switch (method) {
    case 'item/commandExecution/requestApproval':
    case 'execCommandApproval':
    case 'applyPatchApproval':
      return { decision: withoutRule(result['decision']) }
    case 'item/permissions/requestApproval':
      return { ...result, permissions: grantable(result['permissions'], params) }
    default:
      return result
  }
}

function withoutRule(decision: unknown): unknown {
  if (!isJsonObject(decision)) return decision
  if ('acceptWithExecpolicyAmendment' in decision) return 'acceptForSession'
  if ('approved_execpolicy_amendment' in decision) return 'approved_for_session'
  if ('denied' in decision) return decision
  const { applyNetworkPolicyAmendment: rule } = decision
  const amendment = isJsonObject(rule) ? rule['network_policy_amendment'] : undefined
  return isJsonObject(amendment) && amendment['action'] === 'allow' ? 'acceptForSession' : 'decline'
}

/** Nothing but what was asked for. */
function grantable(granted: unknown, params: unknown): object {
  const asked = isJsonObject(params) && isJsonObject(params['permissions']) ? params['permissions'] : {}
  if (!isJsonObject(granted)) return {}
  return Object.fromEntries(Object.entries(granted).filter(([name, value]) => isWithin(value, asked[name])))
}

/** Each list holds nothing that was not asked for, and all else is as it was asked for. */
function isWithin(granted: unknown, asked: unknown): boolean {
  if (granted === null || isDeepStrictEqual(granted, asked)) return true
  if (Array.isArray(granted))
    return granted.every((one) => Array.isArray(asked) && asked.some((other) => isDeepStrictEqual(one, other)))
  if (!isJsonObject(granted) || !isJsonObject(asked)) return false
  return Object.entries(granted).every(([name, value]) => isWithin(value, asked[name]))
}
