import { loginAdvice } from '../codex/home/login.ts'
import { failedWith } from '../turn/contract.ts'
import type { Engine, RunTurn } from '../turn/engine.ts'
import { GatewayError } from '../turn/error.ts'
import type { Workspaces } from '../workspaces/workspace.ts'

/**
 * Refuses turns while codex is not logged in: codex itself would try for half a minute and then report only that the model
 * provider failed (codex-cli 0.169). Checked at the place where codex runs, before anything is started for the turn.
 */
export function ifLoggedIn(engine: Engine, workspaces: Workspaces): Engine {
  const run: RunTurn = async function* (request, signal) {
    const workspace = await workspaces.get(request.workspace).catch(() => undefined) // the engine refuses to run in it
    if ((await workspace?.login()) === 'none') yield failedWith(notLoggedIn(), signal)
    else yield* engine.run(request, signal)
  }
  return { ...engine, run }
}

function notLoggedIn(): GatewayError {
  return new GatewayError('codex_not_logged_in', `Codex is not logged in. ${loginAdvice()}.`)
}
