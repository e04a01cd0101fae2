import type { ThreadSettings } from '../threads/settings.ts'
import type { AgentConfig } from './agent.ts'
import { functionsOf } from './functions.ts'
import { folderNote } from './hosting.ts'
import type { McpTool } from './tools.ts'

/** The model and effort that an agent's name of a model stands for. */
export type ChosenModel = Pick<ThreadSettings, 'model' | 'effort'>

/** What a session is made with beside its agent. */
export interface SessionWish {
  review?: 'none' | 'auto_review' | undefined
  /** Where it works; without it the model has no tools but the agent's own. */
  place?: ThreadSettings['place']
}

/** The settings of the thread of an agent: the model, its instructions, and the caller's tools. */
export function threadSettingsFrom(
  config: AgentConfig,
  { model, effort }: ChosenModel,
  { review, place }: SessionWish = {}
): ThreadSettings {
  const { reasoning, text, service_tier: tier, tools } = config
  const functions = functionsOf(tools)
  const instructions = [config.instructions, place && folderNote(place)].filter((part) => part).join('\n\n')
  return {
    profile: place ? 'agent' : 'bare',
    sandbox: 'read-only',
    withoutServers: true,
    ...(place && { place }),
    summary: reasoning.summary ?? 'none',
    verbosity: text.verbosity,
    ...(model !== undefined && { model }),
    ...(effort !== undefined && { effort }),
    ...(instructions !== '' && { instructions }),
    ...((tier === 'flex' || tier === 'priority') && { serviceTier: tier }),
    ...((tier === 'fast' || tier === 'ultrafast') && { serviceTier: 'priority' as const }),
    ...(functions.length > 0 && { functions }),
    ...searchOf(tools),
    ...serversOf(config, review),
    ...(config.multi_agent.enabled && { team: true })
  }
}

function searchOf(tools: AgentConfig['tools']): Pick<ThreadSettings, 'webSearch'> {
  const tool = tools.find(({ type }) => type === 'web_search')
  if (tool?.type !== 'web_search' || tool.mode === 'disabled') return {}
  const places = Object.entries(tool.location ?? {}).flatMap(([key, value]) => (value === null ? [] : [[key, value]]))
  return {
    webSearch: {
      live: tool.mode === 'live',
      contextSize: tool.context_size,
      ...(tool.allowed_domains && { domains: [...tool.allowed_domains] }),
      ...(places.length > 0 && { location: Object.fromEntries(places) as Record<string, string> })
    }
  }
}

/** The servers whose tools the model may call, and the team that it may lead, as settings of codex. */
function serversOf(
  { tools, multi_agent: team }: AgentConfig,
  review: 'none' | 'auto_review' | undefined
): Pick<ThreadSettings, 'config' | 'approvals'> {
  const servers = tools.flatMap((tool) => (tool.type === 'mcp' ? tool : []))
  const config = Object.assign({}, ...servers.map(serverConfig), team.enabled ? teamConfig(team) : {}) as object
  return {
    ...(Object.keys(config).length > 0 && { config: { ...config } }),
    ...(servers.length > 0 && { approvals: review === 'auto_review' ? 'reviewer' : 'client' })
  }
}

function serverConfig({ server_label: label, transport, allowed_tools: allowed, required }: McpTool): object {
  if (transport.type !== 'http') return {}
  const { server_url: url, headers, authorization } = transport
  const all = { ...headers, ...(authorization !== null && { Authorization: authorization }) }
  const at = `mcp_servers.${label}`
  return {
    [`${at}.url`]: url,
    ...(Object.keys(all).length > 0 && { [`${at}.http_headers`]: all }),
    ...(allowed && { [`${at}.enabled_tools`]: allowed }),
    [`${at}.required`]: required
  }
}

const teamConfig = ({ max_concurrent_subagents: most }: AgentConfig['multi_agent']) => ({
  'agents.enabled': true,
  'features.multi_agent': true,
  ...(most !== null && { 'agents.max_threads': most })
})
