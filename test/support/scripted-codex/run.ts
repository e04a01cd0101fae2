import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChildKind } from './step.ts'

/** One start of the scripted codex, as far as it has come. Times are epoch milliseconds with fractions. */
export interface Run {
  kind: 'exec' | 'app-server' | 'question'
  argv: string[]
  env: Record<string, string>
  cwd: string
  pid: number
  /** Clock ticks since boot at which the process began. */
  began: number
  startedAt: number
  /** What it has read of stdin. */
  stdin: string
  stdinEnded: boolean
  signals: { signal: NodeJS.Signals; at: number }[]
  children: { kind: ChildKind; pid: number; began: number }[]
  marks: string[]
  /** Undefined while it runs, and when it died of a signal. */
  exitCode: number | undefined
  exitedAt: number | undefined
}

type Entry = { at: number } & (
  | {
      type: 'started'
      kind: Run['kind']
      argv: string[]
      env: Record<string, string>
      cwd: string
      pid: number
      began: number
    }
  | { type: 'stdin'; text: string }
  | { type: 'stdin-ended' }
  | { type: 'signal'; signal: NodeJS.Signals }
  | { type: 'child'; kind: ChildKind; pid: number; began: number }
  | { type: 'mark'; mark: string }
  | { type: 'exited'; code: number }
)

/** All runs whose records are in the folder, in the order in which they started. */
export function runsIn(folder: string): Run[] {
  const runs = readdirSync(folder).flatMap((name) => runFrom(readFileSync(join(folder, name), 'utf8')) ?? [])
  return runs.sort((one, other) => one.startedAt - other.startedAt)
}

/** The last line may be half written; it is left for later. */
function runFrom(record: string): Run | undefined {
  const entries = record
    .slice(0, record.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Entry)
  const [first, ...rest] = entries
  if (first?.type !== 'started') return undefined
  const { at, type: _, ...start } = first
  const run: Run = {
    ...start,
    startedAt: at,
    stdin: '',
    stdinEnded: false,
    signals: [],
    children: [],
    marks: [],
    exitCode: undefined,
    exitedAt: undefined
  }
  for (const entry of rest) add(entry, run)
  return run
}

function add(entry: Entry, run: Run): void {
  switch (entry.type) {
    case 'started':
      return
    case 'stdin':
      run.stdin += entry.text
      return
    case 'stdin-ended':
      run.stdinEnded = true
      return
    case 'signal':
      run.signals.push({ signal: entry.signal, at: entry.at })
      return
    case 'child':
      run.children.push({ kind: entry.kind, pid: entry.pid, began: entry.began })
      return
    case 'mark':
      run.marks.push(entry.mark)
      return
    case 'exited':
      run.exitCode = entry.code
      run.exitedAt = entry.at
  }
}
