import type { Operation } from '../../http/api.ts'
import { GatewayError } from '../../turn/error.ts'

const header = 'openai-beta'
const version = 'agents=v1'

/** Operations that answer only who asks for this beta of the API. */
export function inBeta(operations: readonly Operation[]): Operation[] {
  return operations.map((operation) => ({
    ...operation,
    headers: { ...operation.headers, [header]: `Must be \`${version}\`.` },
    handle(ctx) {
      if (
        !ctx
          .get(header)
          .split(',')
          .some((one) => one.trim() === version)
      )
        throw notInBeta()
      return operation.handle(ctx)
    }
  }))
}

const notInBeta = () =>
  new GatewayError('invalid_request', `To access the Agents API, set the 'OpenAI-Beta' header to '${version}'.`, {
    reason: 'invalid_beta'
  })
