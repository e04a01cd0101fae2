import { join } from 'node:path'
import { loginAdvice } from '../../codex/home/login.ts'
import type { InstalledCodex } from '../../workspaces/registry.ts'
import type { Workspace } from '../../workspaces/workspace.ts'
import { shellQuoted } from '../shell.ts'
import { fail, pass } from './finding.ts'
import type { Finding } from './finding.ts'

/** Whether codex has credentials. Only a turn shows whether they are accepted. */
export async function loginFinding(workspace: Workspace, codex: InstalledCodex): Promise<Finding> {
  switch (await workspace.login()) {
    case 'key':
      return pass('model provider: the key in CODEX_API_KEY')
    case 'token':
      return pass('model provider: tokens of CODEX_MODEL_TOKEN_URL')
    case 'endpoint':
      return pass('model provider: CODEX_API_BASE_URL, without a key')
    case 'login':
      return pass(`model provider: the login in ${join(workspace.homes.ephemeral.path, 'auth.json')}`)
    case 'config':
      return pass(
        `model provider: as the configuration of codex says (${join(workspace.homes.ephemeral.path, 'config.toml')})`
      )
    case 'none':
      return fail(
        'codex is not logged in',
        `${loginAdvice(` ${loginCommand(workspace, codex)} `)}; --demo needs neither.`
      )
  }
}

function loginCommand({ homes }: Workspace, { binary }: InstalledCodex): string {
  const codex = binary.source === 'PATH' ? 'codex' : shellQuoted(binary.path)
  return `CODEX_HOME=${shellQuoted(homes.ephemeral.path)} ${codex} login`
}
