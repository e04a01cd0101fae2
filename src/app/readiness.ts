import { access, constants } from 'node:fs/promises'
import type { Check } from '../api/health/api.ts'
import { loginAdvice } from '../codex/home/login.ts'
import type { Workspace } from '../workspaces/workspace.ts'

/** Paths, and how to find out whether codex is logged in. */
export interface NeededForTurns extends Pick<Workspace, 'login'> {
  binary: string
  codexHome: string
}

/** Whether a turn could run now, checked each time. The messages name no path: every caller can read them. */
export function readinessOf(needed: NeededForTurns): () => Promise<Check[]> {
  return async () => {
    const [binary, home, login] = await Promise.all([
      can(needed.binary, constants.X_OK),
      can(needed.codexHome, constants.R_OK | constants.W_OK),
      needed.login()
    ])
    return [
      {
        name: 'binary',
        ok: binary,
        message: binary ? 'codex can be run' : 'the codex binary found at startup is gone; restart the gateway'
      },
      {
        name: 'home',
        ok: home,
        message: home
          ? 'the home of codex can be written'
          : 'the home of codex cannot be written; `codex-gateway doctor` names it'
      },
      {
        name: 'login',
        ok: login !== 'none',
        message: loginWords[login]
      }
    ]
  }
}

const loginWords = {
  key: 'an API key is set',
  token: 'tokens for the model provider are fetched',
  endpoint: 'an endpoint without a key is set',
  login: 'codex is logged in',
  config: 'the configuration of codex says how it identifies itself',
  none: `codex is not logged in. ${loginAdvice()}`
}

function can(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false
  )
}
