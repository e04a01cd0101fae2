import type { FilterContext } from './context.ts'
import { isJsonObject } from '../../turn/json-object.ts'
import type { JsonObject } from '../../turn/json-object.ts'

/**
 * The id of a thread that has been opened without an executor to work on, by app-server's answer. Codex (0.169) forgets those of a
 * thread when it resumes it from disk or forks it, and takes none there: the next turn has to name them.
 */
export function unplacedThread(method: string, result: unknown): string | undefined {
  if (method !== 'thread/resume' && method !== 'thread/fork') return undefined
  const thread = isJsonObject(result) && isJsonObject(result['thread']) ? result['thread'] : {}
  const { id, environments } = thread
  return typeof id === 'string' && Array.isArray(environments) && environments.length === 0 ? id : undefined
}

/** The parameters of `turn/start` for such a thread: it and the turns after it work on the executors that there are. */
export function placed(params: JsonObject, context: FilterContext): JsonObject {
  const environments = context.environments?.() ?? []
  return environments.length > 0 ? { ...params, environments } : params
}
