import { agentErrors } from '../api/agents/dialect.ts'
import { appServerErrors } from '../api/app-server-errors.ts'
import type { Api } from '../http/api.ts'
import type { UpgradeRoute } from '../http/upgrade.ts'
import { isRefusal } from '../http/door/verdict.ts'
import type { Checks } from '../http/door/checks.ts'
import { GatewayError } from '../turn/error.ts'

/** Where there is what a front end does not have. */
const where =
  'are bound to the machine where Codex runs, and this gateway is a front end: ask a gateway that runs there without CODEX_NATS_URL.'
const sentence = (what: string) => `${what} ${where}`

const at = (what: string, ...paths: string[]) => Object.fromEntries(paths.map((path) => [path, sentence(what)]))

/** What gateways have where Codex runs, and front ends do not: each path answers why, in the words of its API. */
export const elsewhereThanHere: readonly Api[] = [
  { operations: [], dialect: agentErrors, elsewhere: at('Agents and their sessions', '/agents', '/vaults') },
  {
    operations: [],
    dialect: appServerErrors,
    elsewhere: {
      ...at('Tasks', '/api/tasks', '/api/brain'),
      ...at('Threads and their turns', '/api/thread', '/api/threads', '/api/turn', '/api/turns', '/api/review'),
      ...at('Sessions', '/api/sessions', '/api/state', '/api/events'),
      ...at('Skills', '/api/skills'),
      ...at(
        'Models, profiles and limits as Codex lists them',
        '/api/models',
        '/api/permission-profiles',
        '/api/account'
      )
    }
  },
  {
    operations: [],
    elsewhere: {
      ...at('Executors and their connections', '/executors', '/environments'),
      ...at('Remote clients and what they share', '/workspaces', '/admin', '/codex-app')
    }
  }
]

/** WebSockets at paths that front ends do not have. The refusal is for those alone who could connect elsewhere. */
export function refusedUpgrades(open: Checks['open']): UpgradeRoute[] {
  return [
    {
      serves: ({ path }) => path === '/' || path === '/codex-app/ws' || /^\/(executors|environments)\//.test(path),
      async accept({ req }) {
        const identity = await open(req, 'remote')
        if (isRefusal(identity)) return identity
        return {
          error: new GatewayError('unsupported', sentence('Remote clients'), { reason: 'unsupported_operation' })
        }
      }
    }
  ]
}
