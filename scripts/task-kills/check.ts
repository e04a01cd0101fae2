import type { Report } from './report.ts'
import { endsOf } from './report.ts'

/** A task that was accepted, as it is in the end. */
export interface Ended {
  id: string
  /** What its command writes. */
  marker: string
  /** `succeeded`, the class of its failure, or `missing` and `unfinished`. */
  how: string
  /** How often its events say that it has ended. */
  ends: number
}

/** What the tasks and their markers say. */
export function checked(
  all: readonly Ended[],
  markers: readonly string[]
): Pick<Report, 'tasks' | 'ends' | 'lost' | 'endedTwice' | 'twice' | 'undone'> {
  const counts = new Map<string, number>()
  for (const marker of markers) counts.set(marker, (counts.get(marker) ?? 0) + 1)
  const ids = (isOne: (task: Ended) => boolean) => all.filter(isOne).map(({ id, how }) => `${id} ${how}`)
  return {
    tasks: all.length,
    ends: endsOf(all),
    lost: ids(({ how }) => how === 'missing' || how === 'unfinished'),
    endedTwice: ids(({ ends }) => ends !== 1),
    twice: [...counts].filter(([, count]) => count > 1).map(([marker]) => marker),
    undone: ids(({ how, marker }) => how === 'succeeded' && counts.get(marker) !== 1)
  }
}
