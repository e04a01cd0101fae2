import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../../codex/process/run-command.ts'
import type { InstalledCodex } from '../../workspaces/registry.ts'
import type { Workspace } from '../../workspaces/workspace.ts'
import type { SandboxMode } from '../../turn/request.ts'
import { fail, pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'

const patience = 10_000

/** Runs a command in codex's sandbox that tries to write into the home, which must fail. */
export async function sandboxFinding(workspace: Workspace, codex: InstalledCodex, mode: SandboxMode): Promise<Finding> {
  if (mode === 'danger-full-access')
    return warn(
      'no sandbox: commands can do everything this user can',
      'Set CODEX_SANDBOX to read-only or workspace-write to confine them.'
    )
  const probe = join(workspace.homes.ephemeral.path, `.probe-${process.pid}`)
  const { stdout, stderr, code } = await attempt(workspace, codex, mode, probe)
  const escaped = await stat(probe).then(
    () => true,
    () => false
  )
  await rm(probe, { force: true })
  if (escaped)
    return fail(
      `sandbox ${mode}: a command could write to ${workspace.home}`,
      'Keep CODEX_CLI_HOME out of CODEX_WORKSPACE and CODEX_ADD_DIRS.'
    )
  if (stdout.includes('ran')) return pass(`sandbox ${mode}: a command ran in it and could not write outside`)
  const reason = stderr.trim().split('\n').at(-1) ?? ''
  if (code === 2) return warn(`sandbox ${mode}: this codex version cannot test it`)
  return fail(
    `sandbox ${mode}: no command can run in it (${reason})`,
    'Allow user namespaces on this machine or in the container. Turns run without them, but their commands fail.'
  )
}

async function attempt(
  { homes, layers, folder }: Workspace,
  { binary }: InstalledCodex,
  mode: SandboxMode,
  probe: string
) {
  const script = ['sh', '-c', 'echo ran; : > "$0"', probe]
  const args = ['sandbox', ...layers.agent, '-c', `sandbox_mode="${mode}"`, '--', ...script]
  return runCommand(binary.path, args, { env: homes.ephemeral.env, cwd: folder, timeout: patience }).catch(
    (error: Error) => ({
      code: null,
      stdout: '',
      stderr: error.message
    })
  )
}
