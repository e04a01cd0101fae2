import type { CatalogModel, Engine } from '../turn/engine.ts'

/** The models the CLI knows, or undefined when it cannot be asked. Never throws. */
export type Catalog = () => Promise<readonly CatalogModel[] | undefined>

/** How long to wait for the engine, and how long a failure is remembered, both in milliseconds. */
export interface CatalogTimes {
  giveUpAfter: number
  askAgainAfter: number
}

/** An engine's catalog, asked once and kept; after a failure it is asked again, though not by every request. */
export function catalogFrom(
  engine: Pick<Engine, 'models'>,
  times: CatalogTimes = { giveUpAfter: 4_000, askAgainAfter: 60_000 }
): Catalog {
  let kept: Promise<readonly CatalogModel[] | undefined> | undefined
  let askAgainAt = Infinity
  return () => {
    if (kept === undefined || Date.now() >= askAgainAt) {
      askAgainAt = Infinity
      kept = ask(engine, times.giveUpAfter).then((models) => {
        if (models === undefined) askAgainAt = Date.now() + times.askAgainAfter
        return models
      })
    }
    return kept
  }
}

async function ask(engine: Pick<Engine, 'models'>, giveUpAfter: number): Promise<readonly CatalogModel[] | undefined> {
  if (engine.models === undefined) return undefined
  let clock: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    clock = setTimeout(resolve, giveUpAfter, undefined)
  })
  try {
    const models = await Promise.race([engine.models(), late])
    return models && models.length > 0 ? models : undefined
  } catch {
    return undefined // the engine's own log says why; a request needs only to know that there is none
  } finally {
    clearTimeout(clock)
  }
}
