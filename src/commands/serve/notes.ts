import type { Guard } from '../../codex/process/guard.ts'
import type { Config } from '../../config/config.ts'
import type { Runtime } from '../../workspaces/runtime.ts'
import { binaryFindings } from '../checks/binary.ts'
import { dotEnvFinding, tokenFinding } from '../checks/door.ts'
import type { Finding } from '../checks/finding.ts'
import { homeFinding } from '../checks/home.ts'
import { isolationFinding } from '../checks/isolation.ts'
import { loginFinding } from '../checks/login.ts'
import { serversFinding } from '../checks/servers.ts'
import { workspaceFinding } from '../checks/workspace.ts'

/** What is not right, of all that can be seen without running anything: served is all the same. */
export async function notesOn(config: Config, runtime: Runtime, guard: Guard): Promise<Finding[]> {
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
  return all.filter((finding) => finding !== undefined).filter(({ verdict }) => verdict !== 'right')
}
