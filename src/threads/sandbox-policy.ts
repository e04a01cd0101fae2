import { resolve } from 'node:path'
import { contains } from '../codex/files/paths.ts'
import { GatewayError } from '../turn/error.ts'
import type { SandboxMode } from '../turn/request.ts'
import type { Workspace } from '../workspaces/workspace.ts'
import { checkSandbox } from './settings.ts'

/** A sandbox as callers of `turn/start` write it. What is beside its type asks for no more than the workspace has anyway. */
export type SandboxPolicy =
  | { type: 'readOnly' }
  | { type: 'workspaceWrite'; writableRoots?: readonly string[] | undefined }
  | { type: 'dangerFullAccess' }

const modes: Readonly<Record<SandboxPolicy['type'], SandboxMode>> = {
  readOnly: 'read-only',
  workspaceWrite: 'workspace-write',
  dangerFullAccess: 'danger-full-access'
}

/** The sandbox that a policy is. Throws where it allows more than the workspace does. */
export function sandboxFrom(policy: SandboxPolicy, { folder, addDirs, sandbox }: Workspace): SandboxMode {
  const mode = modes[policy.type]
  checkSandbox(mode, sandbox, 'sandboxPolicy.type')
  const roots = policy.type === 'workspaceWrite' ? (policy.writableRoots ?? []) : []
  const wrong = roots.findIndex((root) => ![folder, ...addDirs].some((one) => contains(one, resolve(folder, root))))
  if (wrong === -1) return mode
  const param = `sandboxPolicy.writableRoots[${wrong}]`
  throw new GatewayError('invalid_request', `Invalid value for '${param}': it must lie in the workspace.`, { param })
}

/** A sandbox as app-server takes it (codex-cli 0.169). It keeps what a thread's permission profile denies. */
export function sandboxPolicyOf(mode: SandboxMode, { addDirs }: Pick<Workspace, 'addDirs'>): object {
  switch (mode) {
    case 'read-only':
      return { type: 'readOnly', networkAccess: false }
    case 'workspace-write':
      return {
        type: 'workspaceWrite',
        writableRoots: addDirs,
        networkAccess: false,
        excludeTmpdirEnvVar: false,
        excludeSlashTmp: false
      }
    case 'danger-full-access':
      return { type: 'dangerFullAccess' }
  }
}
