import type { Api, Operation } from '../http/api.ts'

/** The same operations, described alike, that are all handled in one way. */
export function forwarded(apis: readonly Api[], handle: Operation['handle']): Api[] {
  return apis.map((api) => ({ ...api, operations: api.operations.map((operation) => ({ ...operation, handle })) }))
}
