import type { CatalogModel, Engine } from '../turn/engine.ts'
import { within } from '../turn/deadline.ts'

/** The models the CLI knows, or undefined when it does not answer. Never throws. */
export type Catalog = () => Promise<readonly CatalogModel[] | undefined>

/** How long to wait for the engine, and how long a failure is remembered, both in milliseconds. */
export interface CatalogTimes {
  giveUpAfter: number
  askAgainAfter: number
}

/**
 * An engine's models, asked for once and stored; the only such cache there is. After a failure the engine is asked again,
 * though not by every request; an answer that came too late for its request is there for the next.
 */
export function catalogFrom(
  engine: Pick<Engine, 'models'>,
  times: CatalogTimes = { giveUpAfter: 4_000, askAgainAfter: 60_000 }
): Catalog {
  let stored: Promise<readonly CatalogModel[] | undefined> | undefined
  let askAgainAt = Infinity
  return () => {
    if (stored === undefined || Date.now() >= askAgainAt) {
      askAgainAt = Infinity
      const answer = ask(engine)
      void answer.then((models) => {
        if (models === undefined) return
        stored = answer
        askAgainAt = Infinity
      })
      stored = within(times.giveUpAfter, answer).then(async (inTime) => {
        const models = inTime ? await answer : undefined
        if (models === undefined) askAgainAt = Date.now() + times.askAgainAfter
        return models
      })
    }
    return stored
  }
}

async function ask(engine: Pick<Engine, 'models'>): Promise<readonly CatalogModel[] | undefined> {
  try {
    const models = await engine.models?.()
    return models && models.length > 0 ? models : undefined
  } catch {
    return undefined // the engine's own log has the reason; a request needs only to know that there is none
  }
}
