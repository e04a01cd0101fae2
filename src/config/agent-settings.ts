import { list } from './parse.ts'
import { setting } from './setting.ts'
import { isDestination } from './webhook-settings.ts'

/** The settings about the Agents API. */
export const agentSettings = {
  CODEX_MCP_HOSTS: setting(
    '',
    list.refine(
      (entries) => entries.every(isDestination),
      'must be host names, addresses or networks, separated by commas'
    ),
    'Hosts of MCP servers that agents of the Agents API may name, written as those of `CODEX_WEBHOOK_HOSTS`. Unset: none.'
  )
}
