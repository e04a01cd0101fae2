import { GatewayError } from '../turn/error.ts'

/** The same whether another principal has a session of this id or nobody. */
export function noSuchSession(): GatewayError {
  return new GatewayError('not_found', 'There is no such session. GET /api/sessions lists yours.', {
    reason: 'unknown_session'
  })
}
