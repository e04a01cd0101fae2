import { mkdirSync, watch, writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Changes } from '../changes.ts'
import { isAlive } from '../process.ts'
import { usualAnswers } from './answers.ts'
import { runsIn } from './run.ts'
import type { Run } from './run.ts'
import type { Step } from './step.ts'

interface Scenario {
  /** What every `codex exec` does, or what the first, the second, … do; the last serves for all that follow. */
  exec?: Step[] | Step[][]
  /** The same for `codex app-server`. */
  appServer?: Step[] | Step[][]
  version?: string
  /** What it does when asked about itself, by its whole argv: `login status`. These win over the usual answers. */
  answers?: Record<string, Step[]>
}

/** An executable that does what a scenario says, where the real codex cannot be made to. */
export interface ScriptedCodex extends AsyncDisposable {
  /** For CODEX_BIN. */
  readonly path: string
  /** The turns and app-servers it was started for, in order. */
  runs: () => Run[]
  /** What else it was asked: argv, in order. */
  questions: () => string[][]
  /** Resolves when the runs are as wanted; whatever a run records wakes it. */
  until: (holds: (runs: Run[]) => boolean) => Promise<Run[]>
  /** Lets every run through the gate of this name. */
  open: (gate: string) => void
  /** Pids of runs and their children that live. */
  alive: () => number[]
}

export async function scriptedCodex(scenario: Scenario): Promise<ScriptedCodex> {
  const folder = await mkdtemp(join(tmpdir(), 'scripted-codex-'))
  const records = join(folder, 'records')
  for (const name of ['records', 'gates']) mkdirSync(join(folder, name))
  await writeFile(join(folder, 'scenario.json'), JSON.stringify(scenarioFile(scenario)))
  const path = join(folder, 'codex')
  await writeFile(path, wrapper(folder), { mode: 0o755 })
  const changes = new Changes()
  const watcher = watch(records, () => changes.happened())
  const runs = () => runsIn(records).filter(({ kind }) => kind !== 'question')
  const alive = () => [...new Set(runsIn(records).flatMap(living))]
  return {
    path,
    runs,
    alive,
    questions: () =>
      runsIn(records)
        .filter(({ kind }) => kind === 'question')
        .map(({ argv }) => argv),
    until: (holds) => changes.until(() => holds(runs())).then(runs),
    open: (gate) => writeFileSync(join(folder, 'gates', gate), ''),
    async [Symbol.asyncDispose]() {
      watcher.close()
      for (const pid of alive()) process.kill(pid, 'SIGKILL')
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

function scenarioFile({ exec = [], appServer = [], version = '0.169.0', answers }: Scenario) {
  return { exec: eachRun(exec), 'app-server': eachRun(appServer), answers: { ...usualAnswers(version), ...answers } }
}

function eachRun(steps: Step[] | Step[][]): Step[][] {
  return steps.every((step) => Array.isArray(step)) && steps.length > 0 ? steps : [steps as Step[]]
}

/** The folder is written into the script, because a child's environment is an allow-list. */
function wrapper(folder: string): string {
  const player = JSON.stringify(join(import.meta.dirname, 'player.mjs'))
  return `#!${process.execPath}\nimport(${player}).then(({ main }) => main(${JSON.stringify(folder)}))\n`
}

function living(run: Run): number[] {
  return [run, ...run.children].filter(({ pid, began }) => isAlive(pid, began)).map(({ pid }) => pid)
}
