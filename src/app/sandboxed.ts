import { rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { providerKeyVariable } from '../codex/binary/catalog.ts'
import { settingArguments } from '../codex/home/layer.ts'
import { quietFlags } from '../codex/home/settings.ts'
import type { Guard, GuardedProcess } from '../codex/process/guard.ts'
import { unlessAborted } from '../turn/deadline.ts'
import type { ThreadSettings } from '../threads/settings.ts'
import type { Workspaces } from '../workspaces/workspace.ts'

/** A command of a place that is no turn's. */
export interface SandboxedCommand {
  /** The id of the workspace whose codex runs it. */
  workspace: string
  place: NonNullable<ThreadSettings['place']>
  /** For the shell. */
  command: string
  cwd: string
  /** Its output as callers see it. */
  shown: (text: string) => string
}

/** Runs a command with the bounds of its place. `code` is null where a signal ended it. Rejects when `signal` aborts, with nothing of it left. */
export type RunSandboxed = (
  command: SandboxedCommand,
  signal: AbortSignal
) => Promise<{ code: number | null; output: string }>

/** Characters of the end of the output. */
const tail = 4_096

/** Runs commands by `codex sandbox`, which bounds them as it does those of turns (codex-cli 0.169). */
export function sandboxed({
  workspaces,
  guard,
  binary
}: {
  workspaces: Workspaces
  guard: Pick<Guard, 'start'>
  binary: string
}): RunSandboxed {
  return async ({ workspace: id, place, command, cwd, shown }, signal) => {
    const { homes, settings } = await workspaces.get(id)
    const { bounds, env, view, enter } = homes.persistent
    using _running = await enter(signal)
    const policy = { shell_environment_policy: settings['shell_environment_policy'] ?? {} }
    const args = ['sandbox', ...quietFlags, ...settingArguments({ ...bounds.within(place), ...policy })]
    const { [providerKeyVariable]: _, ...rest } = env
    const options = { cwd: join(place.cwd, '..'), env: rest, ...view() } // codex reads settings of the folder that it is started in: no command can write there
    const child = guard.start(binary, [...args, '-P', place.name, '--', '/bin/bash', '-s'], options)
    try {
      child.stdin.end(script(place.env, cwd, command)) // its arguments are everybody's to read
      const output = await unlessAborted(lastOf(child), signal)
      const { code } = await unlessAborted(child.exited, signal)
      return { code, output: shown(output) }
    } finally {
      await child.stop([])
      await removeMounts(place.folders)
    }
  }
}

/** Folders that `codex sandbox` makes to keep commands from making them, and leaves where it is ended with its namespace (codex-cli 0.169). */
const mounts = ['.agents', '.aws', '.codex', '.git']

/** Removes them where they are empty. */
async function removeMounts(folders: readonly string[]): Promise<void> {
  const paths = folders.flatMap((folder) => mounts.map((name) => join(folder, name)))
  await Promise.all(paths.map((path) => rmdir(path).catch(() => {})))
}

/** What the shell reads: the variables, and then the command, which has nothing on its stdin. */
function script(variables: Readonly<Record<string, string>>, cwd: string, command: string): string {
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`)
  const run = `exec /bin/bash -c ${quoted(command)} </dev/null`
  return ['exec 2>&1', ...lines, `cd ${quoted(cwd)} || exit`, run, ''].join('\n')
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

async function lastOf({ stdout }: Pick<GuardedProcess, 'stdout'>): Promise<string> {
  let last = Buffer.alloc(0)
  for await (const chunk of stdout) last = Buffer.concat([last, chunk]).subarray(-tail)
  return last.toString()
}
