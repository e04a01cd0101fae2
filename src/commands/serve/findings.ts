import type { Guard } from '../../codex/process/guard.ts'
import type { Config } from '../../config/config.ts'
import type { Runtime } from '../../workspaces/runtime.ts'
import { dotEnvFinding, tokenFinding } from '../checks/access.ts'
import { binaryFindings, isolationFinding, serversFinding } from '../checks/codex.ts'
import type { Finding } from '../checks/finding.ts'
import { homeFinding } from '../checks/home.ts'
import { loginFinding } from '../checks/login.ts'
import { workspaceFinding } from '../checks/workspace.ts'

/** What did not pass, of the checks that run nothing. The gateway serves all the same. */
export async function startupFindings(config: Config, runtime: Runtime, guard: Guard): Promise<Finding[]> {
  const found = await Promise.all([
    dotEnvFinding(),
    homeFinding(runtime),
    workspaceFinding(runtime, config),
    loginFinding(runtime)
  ])
  const all = [
    tokenFinding(config),
    ...binaryFindings(runtime),
    serversFinding(runtime),
    isolationFinding(guard),
    ...found
  ]
  return all.filter((finding) => finding !== undefined).filter(({ verdict }) => verdict !== 'pass')
}
