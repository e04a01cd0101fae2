import { abilitiesFor } from '../turn/engine.ts'
import type { Engine } from '../turn/engine.ts'
import type { TurnRequest } from '../turn/request.ts'

/**
 * Chooses the engine of each turn: the one it names, else the first of the list that can do what it needs, else the first,
 * which then refuses. The innermost wrapper: the others are the same for every engine.
 */
export function routed(engines: readonly [Engine, ...Engine[]]): Engine {
  const [preferred] = engines
  const engineFor = (request: TurnRequest): Engine => {
    if (request.engine !== undefined) return engines.find(({ name }) => name === request.engine) ?? preferred
    const needed = abilitiesFor(request)
    return engines.find(({ can = {} }) => needed.every((ability) => can[ability])) ?? preferred
  }
  const { name, models } = preferred
  return {
    name,
    engines: engines.map(({ name, can }) => ({ name, can })),
    nameFor: (request) => engineFor(request).name,
    run: (request, signal) => engineFor(request).run(request, signal),
    ...(models && { models }),
    release: (isOwner) => engines.forEach((engine) => engine.release?.(isOwner)),
    async [Symbol.asyncDispose]() {
      await Promise.all(engines.map((engine) => engine[Symbol.asyncDispose]()))
    }
  }
}
