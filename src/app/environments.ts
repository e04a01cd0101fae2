import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { newId } from '../agents/ids.ts'
import type { Hosting } from '../agents/hosting.ts'
import type { Config } from '../config/config.ts'
import { Artifacts } from '../environments/artifacts.ts'
import { Contents } from '../environments/contents.ts'
import { EnvironmentStore } from '../environments/environment-store.ts'
import { Environments } from '../environments/environments.ts'
import { EnvironmentTables } from '../environments/tables.ts'
import { Uploads } from '../environments/uploads.ts'
import { sessionsSchema } from '../sessions/schema.ts'
import { SessionStore } from '../sessions/session-store.ts'
import type { Store } from '../store/store.ts'
import { Tables } from '../store/tables.ts'
import type { Work } from '../work/work.ts'
import { hasSeveralPrincipals } from './several.ts'
import type { RunSandboxed, SandboxedCommand } from './sandboxed.ts'
import { threadPlaceOf } from '../agents/hosting.ts'
import { root as shownRoot } from '../environments/paths.ts'
import { TurnQueue } from '../engines/queue.ts'
import type { Environment, SetupCommand } from '../environments/environment.ts'
import type { SetupEnd } from '../environments/setup-state.ts'
import type { Publisher } from '../webhooks/webhooks.ts'

/** Counts, and milliseconds from one look for unused environments to the next. */
const limits = { environments: 2_000, artifacts: 20_000, uploads: 20_000, sweepMs: 600_000 }

/** Environments that are set up at once, and at most by one owner. Milliseconds. */
const setups = { concurrency: 4, queue: 2_000, patience: 1_200_000, perClient: { concurrency: 2, queue: 1_000 } }

/** The folder of all environments, made where it is missing; canonical. */
export function environmentsRoot({ CODEX_ENVIRONMENTS_DIR: folder }: Config): string | undefined {
  if (folder === undefined) return undefined
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return realpathSync(folder)
}

/** The tables of environments and artifacts with these settings. */
export function environmentTables(store: Store, config: Config): EnvironmentTables {
  const share = hasSeveralPrincipals(config) ? 2 : 1
  const { CODEX_ENVIRONMENTS_MAX_BYTES: bytes } = config
  return new EnvironmentTables(store, {
    bytes,
    bytesPerOwner: Math.ceil(bytes / share),
    environments: limits.environments,
    environmentsPerOwner: Math.ceil(limits.environments / share),
    artifactsPerOwner: Math.ceil(limits.artifacts / share),
    uploadsPerOwner: Math.ceil(limits.uploads / share)
  })
}

export interface HostingParts {
  store: Store
  work: Work
  webhooks: Publisher
  sandboxed: RunSandboxed
}

/** The environments of the Agents API; undefined where the operator offers none. */
export function hostingFor(config: Config, { store, work, webhooks, sandboxed }: HostingParts): Hosting | undefined {
  const root = environmentsRoot(config)
  if (root === undefined) return undefined
  const tables = environmentTables(store, config)
  const queue = new TurnQueue(setups)
  const setup = {
    mark: () => store.presence.id,
    isAlive: (mark: string) => store.presence.isAlive(mark),
    enter: (owner: string, signal: AbortSignal) => queue.enter(owner, signal),
    run: (environment: Environment, command: SetupCommand, signal: AbortSignal) =>
      sandboxed(commandIn(environment, command, environments), signal),
    done: ({ id, owner }: Environment, { status }: SetupEnd) => {
      const isTaken = environments.find(owner, id).session !== null
      if (!isTaken)
        tables.transaction((connection) =>
          webhooks.publish(connection, owner, { type: `agent.environment.${status}`, data: { id } })
        )
    }
  }
  const sessions = new SessionStore(new Tables(store, sessionsSchema))
  const environments: Environments = new Environments({
    hasSession: (id) => sessions.find(id) !== undefined,
    root,
    store: new EnvironmentStore(tables),
    setup,
    warn: store.warn
  })
  work.atEnd(() => environments.setups.stopAll())
  const contents = new Contents(join(root, 'artifacts'))
  sweepAtIntervals(() => Promise.all([environments.sweep(), contents.sweep()]), work)
  const artifacts = new Artifacts({ tables, contents, newId: () => newId('art') })
  return { environments, artifacts, uploads: new Uploads({ tables, contents, newId: () => newId('file') }) }
}

function sweepAtIntervals(sweep: () => Promise<unknown>, work: Work): void {
  const look = () => void sweep().catch(() => {}) // the store cannot be used at the moment
  const timer = setInterval(() => (work.isStopping ? clearInterval(timer) : look()), limits.sweepMs)
  timer.unref()
}

/** A setup command as it is run: where the turns of its environment work, and as their commands. */
function commandIn(
  environment: Environment,
  { command, cwd }: SetupCommand,
  environments: Environments
): SandboxedCommand {
  const place = threadPlaceOf(environment, { environments })
  const { workspace } = environment
  return {
    workspace,
    place,
    command,
    cwd: join(place.cwd, ...cwd),
    shown: (text) => text.replaceAll(place.cwd, shownRoot)
  }
}
