import type { TurnRequest } from '../../turn/request.ts'
import type { CodexSettings } from './settings.ts'

/** The settings of codex for a search of the web, which hold over those of the profile. No setting for a turn without one. */
export function searchSettings({ webSearch }: Pick<TurnRequest, 'webSearch'>): CodexSettings {
  if (!webSearch) return {}
  const { live, contextSize, domains, location } = webSearch
  const options = {
    ...(contextSize && { context_size: contextSize }),
    ...(domains && { allowed_domains: domains }),
    ...(location && { location })
  }
  return {
    web_search: live ? 'live' : 'cached',
    ...(Object.keys(options).length > 0 && { 'tools.web_search': options })
  }
}

/** The settings of codex for what a turn asks of its model beside the effort, all from closed lists. A model that does not know them is not sent them. */
export function modelSettings({
  verbosity,
  serviceTier
}: Pick<TurnRequest, 'verbosity' | 'serviceTier'>): CodexSettings {
  return {
    ...(verbosity !== undefined && { model_verbosity: verbosity }),
    ...(serviceTier !== undefined && { service_tier: serviceTier })
  }
}
