import type { OfferedWorkspace } from '../../access/workspaces.ts'
import type { ThreadSettings } from '../../threads/settings.ts'
import { noUsage } from '../../turn/usage.ts'
import { unsupported } from './check-agent.ts'
import type { AgentsDependencies } from './dependencies.ts'
import type { SessionCreation } from './session-schema.ts'

/** US cents that a session may spend; undefined where there is no limit. */
export const spendingLimit = (sent: SessionCreation['spend_control']): number | undefined => sent?.limit ?? undefined

/** Throws where what a session spends could not be known. */
export function checkPrice(
  { model, serviceTier }: ThreadSettings,
  { id: workspace }: OfferedWorkspace,
  { costOf }: Pick<AgentsDependencies, 'costOf'>
): void {
  if (costOf({ model, serviceTier, workspace }, noUsage) !== undefined) return
  const why = `What ${model ?? 'the model'} costs is not known: the operator can add it to CODEX_PRICES_FILE.`
  throw unsupported(why, 'spend_control')
}
