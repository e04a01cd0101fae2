import { efforts } from '../turn/request.ts'
import type { Effort } from '../turn/request.ts'

/** The effort of a model's that is nearest to the wanted one; of two equally near the lower, which costs no more than was asked for. */
export function nearestEffort(wanted: Effort, offered: readonly Effort[]): Effort {
  const distance = (effort: Effort) => Math.abs(efforts.indexOf(effort) - efforts.indexOf(wanted))
  const [nearest = wanted] = efforts
    .filter((effort) => offered.includes(effort))
    .sort((a, b) => distance(a) - distance(b))
  return nearest
}
