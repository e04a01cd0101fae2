import { join } from 'node:path'
import { concealmentOf } from '../../codex/home/concealment.ts'
import type { Secrets } from '../../codex/home/secrets.ts'
import type { CodexSettings } from '../../codex/home/settings.ts'
import { prepareSharedHome } from '../../codex/home/shared-home.ts'
import type { Guard } from '../../codex/process/guard.ts'
import type { Places } from '../../codex/home/covers.ts'
import type { Login } from '../../codex/home/login.ts'
import type { Activity } from '../activity.ts'
import type { ModelToken } from '../model-tokens/model-token.ts'
import type { AppServerSlots } from '../app-server-slots.ts'
import type { LocatedWorkspace } from '../definition.ts'
import { deleteGrownLogs, logStopper } from '../codex-log.ts'
import type { Warn } from '../../store/store.ts'
import { KnownExecutors } from './environments.ts'
import type { ExecutorSource } from './environments.ts'
import type { HomeEntry } from './home-entry.ts'
import { startListener } from './listener.ts'
import { SavedSharedHome } from './saved-shared-home.ts'
import type { SavedHomes } from './saved-shared-home.ts'
import { SharedCodex } from './shared-codex.ts'

export interface SharedBuildOptions {
  located: LocatedWorkspace
  /** The settings of every turn of the workspace. */
  settings: CodexSettings
  /** Whole environment of its codex, but for CODEX_HOME. */
  env: Readonly<Record<string, string>>
  places: Places
  login: () => Promise<Login>
  /** For the model provider. */
  token?: ModelToken | undefined
  secrets: Secrets
  activity: Activity
  binary: string
  guard: Guard
  idleMs?: number | undefined
  slots: AppServerSlots
  sharedHomes: HomeEntry
  /** How its home is saved; it is not, when left out. */
  savedHomes?: SavedHomes | undefined
  /** How it reaches executors. */
  executors?: ExecutorSource | undefined
  /** The version of codex, as it says. */
  version: string
  warn?: Warn | undefined
}

/** Milliseconds to wait for room: a client has to hear that there is none before its 10 s for `initialize` are over (codex-cli 0.169). */
const slotPatience = 7_000

/** The app-server that clients of a workspace share; undefined where it has no clients. Nothing is started or written yet. */
export function sharedCodexOf(options: SharedBuildOptions): SharedCodex | undefined {
  const { located, settings, env, places, login, token, secrets, activity, binary, guard, idleMs, slots, sharedHomes } =
    options
  const { definition, sharedHome: path, codexHome, folder } = located
  const { remote } = definition
  if (!remote) return undefined
  const means = { means: guard.means, base: guard.base }
  const { view, hiding, denied } = concealmentOf({
    ...{ secrets, codexHome: path, places, ...means },
    ownFolders: [path, codexHome, ...(token ? [token.folder] : [])]
  })
  const quiet = logStopper(path, options.warn)
  const saved = savedHomeOf(options, (reason) => void codex.stop(reason))
  const environments =
    remote.runs === 'executors' && options.executors
      ? new KnownExecutors(options.executors, definition.id, join(path, '.gateway-executors.json'))
      : undefined
  const codex: SharedCodex = new SharedCodex({
    clients: remote.clients,
    ...{ idleMs, slots, slotPatience, hiding },
    isLoggedIn: async () => (await login()) !== 'none',
    enter: () => sharedHomes.enter(path),
    async enterActivity(leave) {
      await token?.ready()
      return activity.enter(undefined, leave)
    },
    onStart: quiet,
    environments,
    async opened(request) {
      await saved?.opened(request)
      await environments?.opened(request)
    },
    turned: () => saved?.turned(),
    savedAt: () => saved?.savedAt,
    async ended() {
      environments?.ended()
      await saved?.ended()
    },
    async start() {
      await saved?.open()
      try {
        deleteGrownLogs(path)
        const { requirements } = await prepareSharedHome({
          ...{ path, codexHome, ceiling: remote, addDirs: definition.addDirs },
          ...(environments ? { denied: [], elsewhere: true } : { denied: denied() }),
          settings: { ...settings, ...modelOf(definition) }
        })
        const bounds = (await guard.canRequire()) ? { requirements } : {}
        return await startListener({
          ...{ guard, binary, cwd: folder, env: { ...env, CODEX_HOME: path } },
          ...view(),
          ...bounds
        })
      } catch (error) {
        await saved?.ended()
        throw error
      }
    }
  })
  return codex
}

/** `stop` ends the app-server that runs. */
function savedHomeOf(
  { savedHomes, located, version, warn }: SharedBuildOptions,
  stop: (reason: string) => void
): SavedSharedHome | undefined {
  const { sharedHome: codexHome, definition } = located
  return (
    savedHomes &&
    new SavedSharedHome({ ...savedHomes, codexHome, workspace: definition.id, codex: version, stop, warn })
  )
}

function modelOf({ model, effort }: LocatedWorkspace['definition']): CodexSettings {
  return {
    ...(model !== undefined && { model }),
    ...(effort !== undefined && { model_reasoning_effort: effort })
  }
}
