import { agentErrors } from '../api/agents/dialect.ts'
import { appServerErrors } from '../api/app-server-errors.ts'
import type { Api } from '../http/api.ts'
import type { UpgradeRoute } from '../http/upgrade.ts'
import { isRefusal } from '../http/door/verdict.ts'
import type { Checks } from '../http/door/checks.ts'
import { GatewayError } from '../turn/error.ts'

/** What a gateway does not have: paths, and what it says to remote clients. */
export interface LeftOut {
  /** The paths of it, as APIs without operations. */
  readonly elsewhere: readonly Api[]
  /** Why WebSockets of remote clients are refused. */
  readonly remoteRefusal?: string | undefined
}

const bound = (what: string) =>
  `${what} are bound to the machine where Codex runs, and this gateway is a front end: ask a gateway that runs there without CODEX_NATS_URL.`

const remoteIsOff = 'Remote clients and executors are off here: the operator can set CODEX_REMOTE=1.'

const at = (sentence: string, ...paths: string[]) => Object.fromEntries(paths.map((path) => [path, sentence]))

const remoteAt = (sentence: string): Api => ({
  operations: [],
  elsewhere: at(sentence, '/api/turns', '/executors', '/environments', '/workspaces', '/admin', '/codex-app')
})

/** What gateways have where Codex runs, and front ends do not: each path answers why, in the words of its API. */
export const leftOutAtFrontEnds: LeftOut = {
  remoteRefusal: bound('Remote clients'),
  elsewhere: [
    { operations: [], dialect: agentErrors, elsewhere: at(bound('Agents and their sessions'), '/agents', '/vaults') },
    {
      operations: [],
      dialect: appServerErrors,
      elsewhere: {
        ...at(bound('Threads and their turns'), '/api/thread', '/api/threads', '/api/turn', '/api/review'),
        ...at(bound('Sessions'), '/api/sessions', '/api/state', '/api/events'),
        ...at(bound('Skills'), '/api/skills'),
        ...at(
          bound('Models and profiles as Codex lists them'),
          '/api/models',
          '/api/permission-profiles',
          '/api/account'
        )
      }
    },
    remoteAt(bound('Remote clients and executors'))
  ]
}

/** What a gateway does not have that lets no remote clients in. */
export const leftOutWithoutRemote: LeftOut = { remoteRefusal: remoteIsOff, elsewhere: [remoteAt(remoteIsOff)] }

/** The WebSockets of remote clients, where there are none: who has a token learns why. */
export function refusedUpgrades(open: Checks['open'], sentence: string): UpgradeRoute[] {
  return [
    {
      serves: ({ path }) => path === '/' || path === '/codex-app/ws' || /^\/(executors|environments)\//.test(path),
      async accept({ req }) {
        const identity = await open(req, 'remote')
        if (isRefusal(identity)) return identity
        return { error: new GatewayError('unsupported', sentence, { reason: 'unsupported_operation' }) }
      }
    }
  ]
}
