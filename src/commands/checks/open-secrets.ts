import { basename } from 'node:path'
import type { OpenSecret } from '../../codex/home/concealment.ts'
import { ConfigError } from '../../config/config.ts'
import type { Config } from '../../config/config.ts'
import { sandboxesIn } from '../../workspaces/workspace.ts'
import type { Workspace, WorkspaceDefaults } from '../../workspaces/workspace.ts'
import { fail, pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'

type Settings = Pick<Config, 'CODEX_MODEL_ALIASES'>
type Checked = WorkspaceDefaults & Pick<Workspace, 'homes'>

/** Whether commands could read a secret file while it is replaced, because its folder cannot be hidden from them. */
export function openSecretsFinding(workspace: Checked, config: Settings): Finding {
  const { movable, besideCodex } = openSecrets(workspace, config)
  const [first] = [...movable, ...besideCodex]
  if (first === undefined) return pass('commands cannot read .env, tokens and login, nor what replaces them')
  const advice = movable.length > 0 ? adviceFor(movable[0]!) : 'Restart the gateway instead, with no turn running.'
  return (movable.length > 0 ? fail : warn)([...movable, ...besideCodex].map(lineFrom).join('; '), advice)
}

/** The check throws a `ConfigError` that says what to move. A secret beside codex itself is only warned of: it cannot simply be moved. */
export function checkOpenSecrets(config: Settings): (workspace: Checked) => void {
  return (workspace) => {
    const { movable } = openSecrets(workspace, config)
    if (movable.length > 0) throw new ConfigError(movable.map((secret) => `${lineFrom(secret)}. ${adviceFor(secret)}`))
  }
}

/** None where no command runs in a sandbox: by the profile, or by the operator's choice. */
function openSecrets(workspace: Checked, config: Settings) {
  const aliases = [...config.CODEX_MODEL_ALIASES.values()]
  const isAgent = [workspace.profile, ...aliases.map(({ profile }) => profile)].includes('agent')
  const isConfined = sandboxesIn(workspace, aliases).some((sandbox) => sandbox !== 'danger-full-access')
  const open = isAgent && isConfined ? workspace.homes.ephemeral.open() : []
  return {
    movable: open.filter(({ holds }) => holds !== 'codex'),
    besideCodex: open.filter(({ holds }) => holds === 'codex')
  }
}

const contents = { work: 'what commands use', system: 'files of the system', codex: 'codex' }

function lineFrom({ file, folder, holds }: OpenSecret): string {
  return `commands could read ${file} while it is replaced: ${folder} cannot be hidden from them, for it holds ${contents[holds]}`
}

function adviceFor({ file, folder }: OpenSecret): string {
  if (basename(file) === '.env')
    return `Set CODEX_WORKSPACE to a folder other than ${folder}, or put the settings of this file into the environment.`
  return `Move ${file} to a folder of its own.`
}
