import type { EndedTurn } from './turns.ts'

/** What a run came to. */
export interface Report {
  seconds: number
  turns: readonly EndedTurn[]
  /** How often each turn reached the model. */
  starts: ReadonlyMap<number, number>
  faults: ReadonlyMap<string, number>
  /** Messages that were lost, repeated or delayed. */
  spoiled: number
  /** Lines of logs, and what was left at the end, none of which should be. */
  bugs: readonly string[]
}

export interface Verdict {
  startedTwice: number[]
  /** Completed, though the model never had it. */
  unstarted: number[]
  wrong: string[]
  withoutEnd: EndedTurn[]
}

export function verdictOn({ turns, starts }: Report): Verdict {
  const withoutEnd = turns.filter(({ where }) => where !== undefined)
  return {
    startedTwice: [...starts].flatMap(([turn, count]) => (count > 1 ? [turn] : [])),
    unstarted: turns.flatMap(({ turn, outcome }) => (outcome === 'completed' && !starts.has(turn) ? [turn] : [])),
    wrong: turns.flatMap(({ turn, outcome, wrong, where }) => {
      if (outcome === 'timeout' && starts.has(turn)) return [`turn ${turn}: it was begun, and not finished in time`]
      return wrong && where === undefined ? [`turn ${turn}: ${wrong}`] : []
    }),
    withoutEnd
  }
}

export function isClean(report: Report): boolean {
  const { startedTwice, unstarted, wrong, withoutEnd } = verdictOn(report)
  const found = startedTwice.length + unstarted.length + wrong.length + withoutEnd.length + report.bugs.length
  return found === 0 && report.turns.some(({ outcome }) => outcome === 'completed')
}

export function reportText(report: Report): string {
  const { startedTwice, unstarted, wrong, withoutEnd } = verdictOn(report)
  const outcomes = counted(report.turns.map(({ outcome }) => outcome ?? 'wrong'))
  return [
    `${report.seconds} s, ${report.turns.length} turns: ${listed(outcomes)}`,
    `${report.starts.size} turns reached the model; messages lost, repeated or late: ${report.spoiled}`,
    `faults: ${listed(report.faults)}`,
    `started twice ${startedTwice.length}, wrong results ${wrong.length + unstarted.length}, without an end ${withoutEnd.length}`,
    ...startedTwice.map((turn) => `✗ turn ${turn} was started ${report.starts.get(turn)} times`),
    ...unstarted.map((turn) => `✗ turn ${turn} was completed without a model`),
    ...withoutEnd.map(
      ({ turn, where }) => `✗ turn ${turn} had no end: ${where}, ${report.starts.get(turn) ?? 0} × at the model`
    ),
    ...[...wrong, ...report.bugs].map((text) => `✗ ${text.slice(0, 500)}`)
  ].join('\n')
}

function counted(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

const listed = (counts: ReadonlyMap<string, number>) =>
  [...counts]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
