import { execa } from 'execa'
import { codexBinary } from './codex-home.ts'
import type { CodexHome } from './codex-home.ts'

/** What a run of `codex exec --json` by hand printed, and how it ended. */
export interface ExecRun {
  lines: string[]
  events: { type: string; [more: string]: unknown }[]
  exitCode: number | undefined
  stderr: string
}

/** Runs the real `codex exec --json` with the prompt on stdin, to its end. */
export async function codexExec(
  home: CodexHome,
  prompt = 'Say hello.',
  flags: string[] = [],
  signal?: AbortSignal
): Promise<ExecRun> {
  const argv = ['exec', '--json', '--skip-git-repo-check', '--ephemeral', ...flags, '-']
  const run = await execa(codexBinary, argv, {
    cwd: home.workspace,
    env: home.env,
    extendEnv: false,
    input: prompt,
    reject: false,
    ...(signal && { cancelSignal: signal, killSignal: 'SIGINT' as const })
  })
  const lines = run.stdout.split('\n').filter((line) => line !== '')
  return {
    lines,
    events: lines.map((line) => JSON.parse(line) as ExecRun['events'][number]),
    exitCode: run.exitCode,
    stderr: run.stderr
  }
}
