import { principalName } from '../access/principal.ts'
import type { Guard } from '../codex/process/guard.ts'
import { ConfigError } from '../config/config.ts'
import type { Config } from '../config/config.ts'
import { hasSeveralPrincipals } from './several.ts'
import { accounted } from '../engines/accounted.ts'
import type { Accounts } from '../turn/accounts.ts'
import { answerLimited } from '../engines/answer-limit.ts'
import { appServerAbilities, createAppServerEngine } from '../engines/app-server/engine.ts'
import { createExecEngine } from '../engines/exec/engine.ts'
import { instructed } from '../engines/instructed.ts'
import { ifLoggedIn } from '../engines/logged-in.ts'
import { limited } from '../engines/limited.ts'
import { measured } from '../engines/measured.ts'
import { TurnQueue } from '../engines/queue.ts'
import type { Room } from '../engines/queue.ts'
import { routed } from '../engines/routed.ts'
import { screened } from '../engines/screened.ts'
import { structured } from '../engines/structured.ts'
import { timed } from '../engines/timed.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Engine, EngineInfo } from '../turn/engine.ts'
import type { WorkspaceRegistry } from '../workspaces/registry.ts'

/** What engines are made of. */
export interface EngineParts {
  config: Config
  workspaces: WorkspaceRegistry
  guard: Guard
  /** Where turns are accounted for; nowhere when left out. */
  accounts?: Accounts | undefined
}

/** Every engine, by the name that settings, aliases and capabilities know it by. A new one is a folder in `engines` and a line here. */
const engines: Readonly<Record<string, (parts: EngineParts) => Engine>> = {
  exec: ({ config, workspaces, guard }) =>
    createExecEngine({
      binary: workspaces.codex.binary.path,
      flags: workspaces.codex.capabilities.flags,
      workspaces,
      guard,
      lineLimit: config.CODEX_SUBPROCESS_STREAM_LIMIT
    }),
  'app-server': ({ config, workspaces }) =>
    createAppServerEngine({
      workspaces,
      warmThreads: config.CODEX_WARM_THREADS,
      waitingTurns: { count: config.CODEX_WAITING_TURNS }
    })
}

export const engineNames: readonly string[] = Object.keys(engines)

/** The engines as a front end knows them, which runs none itself; the one of this name first. */
export function engineInfos(preferred: string): [EngineInfo, ...EngineInfo[]] {
  const exec: EngineInfo = { name: 'exec' }
  const appServer: EngineInfo = { name: 'app-server', can: appServerAbilities }
  return preferred === appServer.name ? [appServer, exec] : [exec, appServer]
}

/** Throws a `ConfigError` where the settings name an engine that is none of `names`. */
export function checkEngines(
  { CODEX_ENGINE: preferred, CODEX_MODEL_ALIASES: aliases }: Config,
  names: readonly string[] = engineNames
): void {
  const unknown = (name: string | undefined) => name !== undefined && !names.includes(name)
  const problems = [
    ...(unknown(preferred) ? [`CODEX_ENGINE must be one of ${names.join(', ')}`] : []),
    ...[...aliases]
      .filter(([, { engine }]) => unknown(engine))
      .map(
        ([alias]) =>
          `CODEX_MODEL_ALIASES must name an engine among ${names.join(', ')}; look at ${JSON.stringify(alias)}."engine"`
      )
  ]
  if (problems.length > 0) throw new ConfigError(problems)
}

/** Milliseconds until codex must have begun, and that it may then be silent: as long as it waits for a silent model itself. */
export const clocks = { start: 30_000, idle: 300_000 }

/**
 * The chain of an engine, from the outermost link: `measured` (sees every turn, refused ones too), `timed` (the clock
 * includes the wait for a slot), `screened` (what may not begin does not wait), `limited` (a slot is given back only when nothing
 * of the turn is left), `accounted` (what waits for a slot spends nothing, and a refused turn begins nothing), then what runs where codex does: `ifLoggedIn` (before anything is read or started), `instructed` (reads AGENTS.md there), `structured` (schemas), `answerLimited`, `routed`
 * (chooses an engine), and in each engine `contracted`. The outer five stay with the gateway where turns run elsewhere. `workspaces` and `guard` are disposed of after it.
 *
 * `chain` puts the same around what runs a thread's turn on app-server, but for `instructed`, which a thread does once, and `routed`.
 * `remoteChain`: around a turn of remote clients, which lasts as long as they like.
 */
export function enginesFrom(
  parts: EngineParts,
  metrics: Metrics
): { engine: Engine; chain: (engine: Engine) => Engine; remoteChain: (engine: Engine) => Engine } {
  const queue = new TurnQueue(limitsFrom(parts.config))
  metrics.watch({ queue, guard: parts.guard })
  const { outer, untimed } = outerChain(parts, metrics, queue)
  return {
    engine: outer(innerChain(parts)),
    chain: threadChain(outer, parts),
    remoteChain: untimed
  }
}

/** What runs around what runs the turns of a thread. */
export const threadChain =
  (outer: (engine: Engine) => Engine, { config, workspaces }: Pick<EngineParts, 'config' | 'workspaces'>) =>
  (engine: Engine): Engine =>
    outer(ifLoggedIn(answerLimited(engine, config.CODEX_MAX_ANSWER_CHARS), workspaces))

/** What runs where codex does. */
export function innerChain(parts: EngineParts): Engine {
  const { config, workspaces } = parts
  const all = Object.entries(engines).map(([name, create]): Engine => ({ ...create(parts), name }))
  const engine = routed(preferredFirst(all, config.CODEX_ENGINE))
  return {
    ...ifLoggedIn(instructed(structured(answerLimited(engine, config.CODEX_MAX_ANSWER_CHARS)), workspaces), workspaces),
    forget: async (threadId, workspace) => (await workspaces.get(workspace)).threads.delete(threadId)
  }
}

/** The same engines, the one of this name first, which must be there. */
export function preferredFirst(all: readonly Engine[], name: string): [Engine, ...Engine[]] {
  const [preferred, others] = [all.find((engine) => engine.name === name), all.filter((engine) => engine.name !== name)]
  if (!preferred) throw new Error(`there is no engine ${name}`)
  return [preferred, ...others]
}

/** Left out: the workspaces have no bounds of their own. */
type OuterParts = Omit<EngineParts, 'workspaces' | 'guard'> & {
  workspaces?: Pick<WorkspaceRegistry, 'definitions'> | undefined
}

/** What runs at the gateway, around any engine: they share one queue. */
export function outerChain(
  { config, workspaces, accounts }: OuterParts,
  metrics: Metrics,
  queue: TurnQueue
): Record<'outer' | 'untimed', (engine: Engine) => Engine> {
  const times = { total: config.CODEX_TIMEOUT_SECONDS * 1000, ...clocks }
  const inSlot = (engine: Engine) => limited(engine, queue, roomsOf(workspaces))
  const counted = (engine: Engine) =>
    accounts ? screened(inSlot(accounted(engine, accounts)), accounts) : inSlot(engine)
  const seen = (engine: Engine) =>
    measured(engine, (turn) => metrics.turn({ ...turn, principal: principalName(turn.principal) }))
  return { outer: (engine) => seen(timed(counted(engine), times)), untimed: (engine) => seen(counted(engine)) }
}

/** Of the workspaces whose definition bounds the turns that run in them. */
function roomsOf(workspaces: OuterParts['workspaces']): (id: string | undefined) => Room | undefined {
  return (id) => {
    const found = workspaces?.definitions.find((one) => one.id === id)
    return found?.maxConcurrency === undefined ? undefined : { id: found.id, concurrency: found.maxConcurrency }
  }
}

/** With several tokens nobody may hold more than half the line. */
export function limitsFrom(config: Config) {
  const own = (limit: number) => (limit === 0 ? undefined : limit)
  const half = hasSeveralPrincipals(config) ? Math.ceil(config.CODEX_MAX_QUEUE / 2) : undefined
  return {
    concurrency: config.CODEX_MAX_CONCURRENCY,
    queue: config.CODEX_MAX_QUEUE,
    patience: config.CODEX_QUEUE_TIMEOUT_SECONDS * 1000,
    perClient: {
      concurrency: own(config.CODEX_TOKEN_MAX_CONCURRENCY),
      queue: own(config.CODEX_TOKEN_MAX_QUEUE) ?? half
    }
  }
}
