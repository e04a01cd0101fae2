import { isHostName } from '../turn/host-name.ts'
import { integer, list, optionalPath } from './parse.ts'
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
  ),
  CODEX_ENVIRONMENTS_DIR: setting(
    '',
    optionalPath.refine(
      (value) => value === undefined || process.platform === 'linux',
      'is for Linux: elsewhere codex cannot keep the environments apart'
    ),
    'Folder in which sessions of the Agents API get environments (`openai_hosted`): a folder each, which alone their commands may write. Made where it is missing. Unset: there are none. Linux only.'
  ),
  CODEX_ENVIRONMENT_HOSTS: setting(
    '',
    list.refine(
      (entries) => entries.every((entry) => entry === '*' || isHostName(entry)),
      'must be host names without scheme, port or path, separated by commas, or *'
    ),
    'Hosts that commands in environments may reach where a session asks for a `restricted` network, separated by commas; `*`: any, and also those with the network `enabled`. Unset: none.'
  ),
  CODEX_ENVIRONMENTS_MAX_BYTES: setting(
    '10737418240',
    integer(1_048_576, 999_999_999_999_999),
    'Bytes of the disk that environments, artifacts and uploaded files may take together, and half of it for one principal when several tokens are configured; what would take more is refused with 429.'
  )
}
