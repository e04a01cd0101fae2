import { failedWith } from '../turn/contract.ts'
import type { Engine, RunTurn } from '../turn/engine.ts'
import type { Accounts } from '../turn/accounts.ts'

/** Ends turns at once that must not begin, outside of `limited`: a caller whose limit is used up does not wait for a slot to be told so. */
export function screened(engine: Engine, accounts: Pick<Accounts, 'refusal'>): Engine {
  const run: RunTurn = async function* (request, signal) {
    let refusal: unknown
    try {
      refusal = accounts.refusal(request)
    } catch (error) {
      refusal = error
    }
    if (refusal !== undefined) yield failedWith(refusal, signal)
    else yield* engine.run(request, signal)
  }
  return { ...engine, run }
}
