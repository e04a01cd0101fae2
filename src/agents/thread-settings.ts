import type { ThreadSettings } from '../threads/settings.ts'
import type { AgentConfig } from './agent.ts'
import { functionsOf } from './functions.ts'

/** The model and effort that an agent's name of a model stands for. */
export type ChosenModel = Pick<ThreadSettings, 'model' | 'effort'>

/** The settings of the thread of an agent without an environment: the model, what it is told, and the caller's tools. */
export function threadSettingsFrom(config: AgentConfig, { model, effort }: ChosenModel): ThreadSettings {
  const { instructions, reasoning, text, service_tier: tier, tools } = config
  const functions = functionsOf(tools)
  return {
    profile: 'bare',
    sandbox: 'read-only',
    withoutServers: true,
    summary: reasoning.summary ?? 'none',
    verbosity: text.verbosity,
    ...(model !== undefined && { model }),
    ...(effort !== undefined && { effort }),
    ...(instructions !== null && { instructions }),
    ...((tier === 'flex' || tier === 'priority') && { serviceTier: tier }),
    ...((tier === 'fast' || tier === 'ultrafast') && { serviceTier: 'priority' as const }),
    ...(functions.length > 0 && { functions })
  }
}
