import type { Guard } from '../../codex/process/guard.ts'
import type { Config } from '../../config/config.ts'
import type { WorkspaceRegistry } from '../../workspaces/registry.ts'
import { coreDumpFinding, dotEnvFinding, tokenFinding } from '../checks/access.ts'
import { binaryFindings, isolationFinding, serversFinding, userFinding } from '../checks/codex.ts'
import type { Finding } from '../checks/finding.ts'
import { homeFinding } from '../checks/home.ts'
import { loginFinding } from '../checks/login.ts'
import { openSecretsFinding } from '../checks/open-secrets.ts'
import { workspaceFinding } from '../checks/workspace.ts'
import { remoteFinding } from '../checks/remote.ts'
import { workspacesFinding } from '../checks/workspaces.ts'

/** What did not pass, of the checks that run nothing. The gateway serves all the same. */
export async function startupFindings(
  config: Config,
  { codex, default: workspace }: WorkspaceRegistry,
  guard: Guard,
  role: 'gateway' | 'worker' = 'gateway'
): Promise<Finding[]> {
  const found = await Promise.all([
    dotEnvFinding(),
    homeFinding(workspace),
    workspaceFinding(workspace, config),
    loginFinding(workspace, codex),
    remoteFinding(config, guard)
  ])
  const all = [
    ...(role === 'worker' ? [] : [tokenFinding(config)]), // it has no API
    coreDumpFinding(),
    ...binaryFindings(codex),
    serversFinding(workspace),
    isolationFinding(guard),
    userFinding(config, guard),
    openSecretsFinding(workspace, config),
    workspacesFinding(config),
    ...found
  ]
  return all.filter((finding) => finding !== undefined).filter(({ verdict }) => verdict !== 'pass')
}
