import type { UnsupportedPolicy } from '../../http/parameters.ts'
import type { Scope } from '../../http/scope.ts'
import { parsed } from '../../openai/invalid.ts'
import { metadata as metadataSchema } from '../../openai/metadata.ts'
import { GatewayError } from '../../turn/error.ts'
import type { ChatCompletion } from './completion.ts'
import type { ChatRequest } from './schema.ts'
import type { StoredCompletions } from './stored-completions.ts'

/** Stores a completion, before its client can ask for it. False where it could not be stored. */
export type StoreCompletion = (completion: ChatCompletion) => Promise<boolean>

type Asked = Pick<ChatRequest, 'store' | 'metadata'>

/** What of `store` and `metadata` has no effect: both where nothing is stored, `metadata` alone where its completion is not. */
export function ignoredStoring({ store, metadata }: Asked, canStore: boolean, policy: UnsupportedPolicy): string[] {
  if (store && canStore) return []
  const isGiven = metadata && (typeof metadata !== 'object' || Object.keys(metadata).length > 0)
  const [first, ...others] = [...(store ? ['store'] : []), ...(isGiven ? ['metadata'] : [])]
  if (first === undefined) return []
  if (policy !== 'reject') return [first, ...others]
  const message = `Unsupported parameter: '${first}'. ${canStore ? "It needs 'store': true." : 'Nothing is stored here.'}`
  throw new GatewayError('unsupported', message, { param: first })
}

/** How a completion is stored; undefined where it is not to be. Throws for metadata that are none. An answer is not lost because it could not be stored. */
export function storeOf(
  { store, metadata, messages }: ChatRequest,
  scope: Scope,
  stored: StoredCompletions | undefined
): StoreCompletion | undefined {
  if (!store || !stored) return undefined
  const pairs = parsed(metadataSchema, metadata ?? {}, ['metadata'])
  return (completion) =>
    stored.put(scope, { completion, metadata: pairs, messages }).then(
      () => true,
      () => false
    )
}
