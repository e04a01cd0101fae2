import type { Ended } from './check.ts'

/** What came of the kills. All but the first four should be empty. */
export interface Report {
  kills: number
  seconds: number
  tasks: number
  /** How many tasks have ended in which way. */
  ends: Record<string, number>
  /** Ids of accepted tasks that are not there, or have not ended. */
  lost: string[]
  /** Of those that ended more than once. */
  endedTwice: string[]
  /** Markers that a command has written twice. */
  twice: string[]
  /** Of tasks that succeeded without their marker. */
  undone: string[]
  /** Where a secret was found. */
  leaked: string[]
  /** Of tasks whose webhook never came. */
  unsent: string[]
  /** Processes that are left. */
  left: string[]
}

const faults = ['lost', 'endedTwice', 'twice', 'undone', 'leaked', 'unsent', 'left'] as const

export const isClean = (report: Report): boolean => faults.every((name) => report[name].length === 0)

export function reportText(report: Report): string {
  const ends = Object.entries(report.ends).map(([how, count]) => `${count} ${how}`)
  const found = faults.map((name) => `${name} ${report[name].length}`)
  const details = faults.flatMap((name) => report[name].slice(0, 10).map((one) => `  ${name}: ${one}`))
  const rate = `${report.kills} kills in ${Math.round(report.seconds)} s, ${report.tasks} tasks: ${ends.join(', ')}`
  return [rate, found.join(', '), ...details].join('\n')
}

/** How many have ended in which way. */
export function endsOf(all: readonly Ended[]): Record<string, number> {
  const ends: Record<string, number> = {}
  for (const { how } of all) ends[how] = (ends[how] ?? 0) + 1
  return ends
}
