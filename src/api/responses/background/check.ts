import { invalid } from '../../../openai/invalid.ts'
import type { ResponseRequest } from '../schema.ts'

/** Throws for a request that cannot be answered in the background. */
export function checkBackground({ background, store }: ResponseRequest): void {
  if (background && store === false) throw invalid("A response in the background needs 'store'.", 'background')
}
