import Router from '@koa/router'
import type { RequestState } from '../../http/state.ts'
import { treatmentsUnder } from '../../openai/parameters.ts'
import type { Parameter, ParameterTable, UnsupportedPolicy } from '../../openai/parameters.ts'
import type { EngineName } from '../../turn/request.ts'

export interface CapabilitiesDependencies {
  /** The parameters of each API, by its path. */
  apis: Readonly<Record<string, ParameterTable>>
  /** The engine of requests that do not need another. */
  engine: EngineName
  unsupportedParameters: UnsupportedPolicy
}

/** `GET /capabilities`: whether each parameter of each API is honoured, ignored or refused, by engine. */
export function capabilitiesRoutes({
  apis,
  engine,
  unsupportedParameters: policy
}: CapabilitiesDependencies): Router<RequestState> {
  const told = Object.fromEntries(
    Object.entries(apis).map(([path, table]) => [
      path,
      Object.fromEntries([...table].map(([name, row]) => [name, toldOf(row, policy)]))
    ])
  )
  const router = new Router<RequestState>()
  router.get('/capabilities', (ctx) => {
    ctx.body = { object: 'capabilities', engine, apis: told }
  })
  return router
}

/** Values that ask only for what happens anyway are accepted whatever the treatment. */
function toldOf(row: Parameter, policy: UnsupportedPolicy) {
  return {
    ...treatmentsUnder(policy, row),
    note: row.note,
    ...(row.harmless?.length && { accepted_values: row.harmless })
  }
}
