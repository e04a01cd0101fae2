import type { Catalog } from './catalog.ts'
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

/** The effort to run a model with (the default one when left out) where this one is wanted. */
export type ChooseEffort = (model: string | undefined, wanted: Effort) => Promise<Effort>

/** Every model that codex knows has these (codex-cli 0.169): a request for them does not wait for the catalog. */
const usual: readonly Effort[] = ['low', 'medium', 'high']

/** Chooses among the efforts of the catalog; where it says nothing of the model, the wanted one. */
export function effortChooser(catalog: Catalog): ChooseEffort {
  return async (model, wanted) => {
    if (usual.includes(wanted)) return wanted
    const entry = (await catalog())?.find(({ id, isDefault }) => (model === undefined ? isDefault : id === model))
    return entry?.efforts ? nearestEffort(wanted, entry.efforts) : wanted
  }
}
