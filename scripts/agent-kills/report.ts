/** What came of the kills. All lists should be empty. */
export interface Report {
  kills: number
  seconds: number
  /** How many turns ended in which way. */
  ends: Record<string, number>
  /** Turns that waited for a function when their codex was killed, and got its result afterwards. */
  late: number
  /** Marks of those that did not use it. */
  unused: string[]
  /** Marks that a command has written twice, or a tool removed. */
  twice: string[]
  /** Marks of turns that completed, which no command has written. */
  undone: string[]
  /** Marks of sessions that were made, and whose turn is not over. */
  lost: string[]
  /** Marks of outputs that the model was sent twice. */
  doubled: string[]
  /** What is wrong with turns, items and events. */
  wrong: string[]
  /** Processes that are left. */
  left: string[]
}

const faults = ['unused', 'twice', 'undone', 'lost', 'doubled', 'wrong', 'left'] as const

export const isClean = (report: Report): boolean => faults.every((name) => report[name].length === 0)

export function reportText(victim: string, report: Report): string {
  const ends = Object.entries(report.ends).map(([how, count]) => `${count} ${how}`)
  const found = faults.map((name) => `${name} ${report[name].length}`)
  const details = faults.flatMap((name) => report[name].slice(0, 10).map((one) => `  ${name}: ${one}`))
  const { kills, seconds, late } = report
  const rate = `${kills} kills of the ${victim} in ${Math.round(seconds)} s: turns ${ends.join(', ')}; ${late} waited for results that came later`
  return [rate, found.join(', '), ...details].join('\n')
}
