import { agentsApi } from '../api/agents/api.ts'
import { filesApi } from '../api/files/api.ts'
import { installationApi } from '../api/installation/api.ts'
import { sessionsApi } from '../api/sessions/api.ts'
import { skillsApi } from '../api/skills/api.ts'
import { threadsApi } from '../api/threads/api.ts'
import { forwarded } from '../forwarding/api.ts'
import type { Api, Operation } from '../http/api.ts'
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

/** What gateways have where Codex runs, and front ends do not. */
export const leftOutAtFrontEnds: LeftOut = {
  remoteRefusal: bound('Remote clients'),
  elsewhere: [remoteAt(bound('Remote clients and executors'))]
}

/** What workers answer: of their APIs the operations alone, for nothing is called of what they are made of. */
const ofWorkers = [agentsApi, filesApi, threadsApi, sessionsApi, skillsApi, installationApi].map((make) =>
  make({} as never)
)

/** The APIs of workers at a front end, which leaves each of their requests to `handle`. */
export const forwardedApis = (handle: Operation['handle']): Api[] => forwarded(ofWorkers, handle)

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
