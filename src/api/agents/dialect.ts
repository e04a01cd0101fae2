import type { ErrorDialect } from '../../http/api.ts'
import { errorAnswerFrom, openaiErrors } from '../../openai/errors.ts'
import type { GatewayError } from '../../turn/error.ts'

/** Codes of the API by what exactly is wrong; of all other bad requests it is the type. */
const finer: ReadonlySet<string | null> = new Set([
  'unsupported_parameter',
  'unsupported_operation',
  'invalid_beta',
  'session_budget_exceeded'
])

/** How failures read in the Agents API: with the statuses and headers of OpenAI's other APIs, and types and codes of its own. */
export const agentErrors: ErrorDialect = {
  ...openaiErrors,
  answer(error, repeatable) {
    const { status, headers, body } = errorAnswerFrom(error, repeatable)
    return { status, headers, body: { error: { ...body.error, ...namesOf(status, error, body.error.code) } } }
  }
}

function namesOf(status: number, { code }: GatewayError, usual: string | null): { type?: string; code?: string } {
  if (usual === 'invalid_beta') return { type: usual }
  if (status === 409)
    return { type: 'conflict_error', code: usual === 'idempotency_conflict' ? usual : 'conflict_error' }
  if (status === 404 && code !== 'model_not_found' && code !== 'workspace_not_found')
    return { type: 'not_found_error', code: 'not_found_error' }
  return status === 400 && !finer.has(usual) ? { code: 'invalid_request_error' } : {}
}
