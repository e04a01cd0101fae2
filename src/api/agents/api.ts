import type { Api } from '../../http/api.ts'
import { agentOperations } from './agent-operations.ts'
import { automationOperations } from './automation-operations.ts'
import { inBeta } from './beta.ts'
import type { AutomationsDependencies } from './dependencies.ts'
import { agentErrors } from './dialect.ts'
import { artifactOperations } from './environments/artifact-operations.ts'
import { environmentOperations } from './environments/operations.ts'
import { templateOperations } from './environments/template-operations.ts'
import { eventOperations } from './event-operations.ts'
import { invocationOperations } from './invocation-operations.ts'
import { sessionOperations } from './session-operations.ts'
import { subagentOperations } from './subagent-operations.ts'
import { traceOperation } from './trace-operation.ts'
import { turnOperations } from './turn-operations.ts'
import { vaultOperations } from './vaults.ts'

/** OpenAI's Agents API. */
export function agentsApi(dependencies: AutomationsDependencies): Api {
  return {
    dialect: agentErrors,
    operations: inBeta([
      ...templateOperations(dependencies),
      ...environmentOperations(dependencies),
      ...artifactOperations(dependencies),
      ...sessionOperations(dependencies), // before what may stand in the place of the word
      ...eventOperations(dependencies),
      ...turnOperations(dependencies),
      ...subagentOperations(dependencies),
      traceOperation(dependencies),
      ...automationOperations(dependencies),
      ...invocationOperations(dependencies),
      ...agentOperations(dependencies),
      ...vaultOperations
    ])
  }
}
