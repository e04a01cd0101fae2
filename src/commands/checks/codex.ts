import { join } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { Guard } from '../../codex/process/guard.ts'
import type { InstalledCodex } from '../../workspaces/registry.ts'
import type { Workspace } from '../../workspaces/workspace.ts'
import { fail, pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'

const sources = { CODEX_BIN: 'from CODEX_BIN', PATH: 'from PATH', bundled: 'bundled with the gateway' }

/** Which codex runs the turns, and whether the gateway was tested with it. */
export function binaryFindings({ binary, capabilities }: InstalledCodex): Finding[] {
  const found = pass(`codex ${capabilities.version ?? 'of unknown version'}, ${sources[binary.source]}: ${binary.path}`)
  return [found, ...capabilities.warnings.map((warning) => warn(warning))]
}

/** Whether the home's configuration can be read, and which MCP servers it starts with every request. */
export function serversFinding({ homes, userConfig }: Pick<Workspace, 'homes' | 'userConfig'>): Finding {
  const path = join(homes.ephemeral.path, 'config.toml')
  const { mcpServers, problem } = userConfig
  if (problem !== undefined)
    return fail(`${path} cannot be read: ${problem}`, 'Fix it: codex will not start with this file.')
  if (mcpServers.length === 0) return pass('no MCP servers start with a request')
  return warn(
    `MCP servers start with every request: ${mcpServers.join(', ')}`,
    `Remove them from ${path} unless you need them.`
  )
}

/** What ends the processes of a turn with the turn. */
export function isolationFinding({ means }: Pick<Guard, 'means'>): Finding {
  if (means === 'namespace')
    return pass('isolation namespace: all processes of a turn end with it, and commands cannot see .env')
  return warn(
    `isolation ${means}: leftover processes are found and killed; commands can read everything this user can`,
    'Allow user namespaces, with nothing mounted over parts of /proc: container runtimes forbid both by default.'
  )
}

/** Whether the user that runs the gateway can be confined. Namespaces make /proc/sys read-only for commands; else root can write it. */
export function userFinding(
  { CODEX_SANDBOX: sandbox }: Pick<Config, 'CODEX_SANDBOX'>,
  { means }: Pick<Guard, 'means'>,
  uid = process.getuid?.()
): Finding {
  if (uid !== 0 || sandbox === 'danger-full-access') return pass('the gateway does not run as root under a sandbox')
  const advice = 'Run it as a user of its own; scripts/deploy/codex-gateway.service shows how.'
  return means === 'namespace'
    ? warn('the gateway runs as root: whatever gets past the sandbox can do everything', advice)
    : fail(
        `the gateway runs as root: with the sandbox ${sandbox} a command can still change kernel settings in /proc/sys`,
        advice
      )
}
