import type { Api } from '../../http/api.ts'
import { agentOperations } from './agent-operations.ts'
import type { AgentDependencies } from './agent-operations.ts'
import { inBeta } from './beta.ts'
import { agentErrors } from './dialect.ts'
import { vaultOperations } from './vaults.ts'

export type AgentsDependencies = AgentDependencies

/** OpenAI's Agents API. */
export function agentsApi(dependencies: AgentsDependencies): Api {
  return {
    dialect: agentErrors,
    operations: inBeta([...agentOperations(dependencies), ...vaultOperations])
  }
}
