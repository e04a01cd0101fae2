import type { Engine } from '../turn/engine.ts'
import type { EngineName, TurnRequest } from '../turn/request.ts'

/**
 * Chooses the engine of each turn: the one it names, else app-server for the caller's own tools, else `fallback`. The innermost
 * wrapper: what goes before is the same for every engine.
 */
export function routed(engines: Record<EngineName, Engine>, fallback: EngineName): Engine {
  const nameFor = (request: TurnRequest): EngineName =>
    request.engine ?? (request.tools?.length && request.toolChoice !== 'none' ? 'app-server' : fallback)
  const { models } = engines[fallback]
  return {
    name: fallback,
    nameFor,
    run: (request, signal) => engines[nameFor(request)].run(request, signal),
    ...(models && { models }),
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(engines).map((engine) => engine[Symbol.asyncDispose]()))
    }
  }
}
