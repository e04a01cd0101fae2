import type { TurnRequest } from '../../turn/request.ts'
import type { CodexSettings } from './settings.ts'

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
