import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { principalName } from '../access/principal.ts'
import type { Check } from '../api/health/api.ts'
import { isTested, testedVersion } from '../codex/binary/capabilities.ts'
import type { Config } from '../config/config.ts'
import { version } from '../config/version.ts'
import { measured } from '../engines/measured.ts'
import { createLog } from '../telemetry/log.ts'
import type { Log } from '../telemetry/log.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { Worker } from '../worker/worker.ts'
import type { WorkerHealth } from '../worker/options.ts'
import { agreementOf, brokerCheck, openBroker } from './broker.ts'
import { checkEngines, innerChain } from './engines.ts'
import { readinessOf } from './readiness.ts'
import { openServing } from './serving.ts'
import { openWorkspaces } from './workspaces.ts'
import type { OpenOptions, OpenWorkspaces } from './workspaces.ts'

/** A worker that takes turns. */
export interface OpenWorker extends AsyncDisposable, Pick<OpenWorkspaces, 'workspaces' | 'guard'> {
  readonly worker: Worker
  /** Answers no more requests of clients; see `Serving`. */
  readonly stopServing: () => Promise<void>
  readonly readiness: () => Promise<Check[]>
  readonly metrics: Metrics
}

/** Finds the CLI, prepares its home, connects to the broker and begins to take turns. Throws where one of these cannot be. */
export async function openWorker(config: Config, env: Environment, options: WorkerStart = {}): Promise<OpenWorker> {
  checkEngines(config)
  const opened: AsyncDisposable[] = []
  const disposeAll = async () => {
    for (let last = opened.pop(); last; last = opened.pop()) await last[Symbol.asyncDispose]()
  }
  const open = <T extends AsyncDisposable>(one: T): T => (opened.push(one), one)
  try {
    return await openParts(config, env, { ...options, open, disposeAll })
  } catch (error) {
    await disposeAll()
    throw error
  }
}

type Environment = Record<string, string | undefined>

interface WorkerStart extends OpenOptions {
  /** Of requests that it answers; none when left out. */
  log?: Log | undefined
  /** Called with where turns will run, before any can. */
  checked?: ((opened: OpenWorkspaces) => void) | undefined
  /** Called when another worker has the same name: this one is to stop. */
  onSameName?: (() => void) | undefined
}

interface Parts extends WorkerStart {
  open: <T extends AsyncDisposable>(one: T) => T
  disposeAll: () => Promise<void>
}

async function openParts(
  config: Config,
  env: Environment,
  { open, disposeAll, ...options }: Parts
): Promise<OpenWorker> {
  const opened = open(await openWorkspaces(config, env, options))
  options.checked?.(opened)
  const { workspaces, directory, guard } = opened
  const name = config.CODEX_WORKER_NAME ?? (await storedName(workspaces.default.home))
  const { broker, subjects } = open(await openBroker(config, 'w', name))
  const metrics = createMetrics()
  const inner = open(innerChain({ config, workspaces, guard }))
  const local = readinessOf({
    binary: workspaces.codex.binary.path,
    codexHome: workspaces.default.homes.ephemeral.path,
    login: workspaces.default.login
  })
  const fit = versionCheck(workspaces.codex.capabilities.version)
  const readiness = async () => [...(await local()), fit]
  const serving = open(
    await openServing({
      ...{
        config,
        broker,
        subjects,
        workspaces,
        guard,
        directory,
        engine: inner,
        metrics,
        log: options.log ?? createLog({ level: 'silent' })
      },
      sender: () => ({ worker: name, run: worker.run }),
      fronts: () => worker.fronts,
      given: () => worker.given,
      changed: () => worker.ownChanged()
    })
  )
  const worker: Worker = open(
    new Worker({
      name,
      broker,
      subjects,
      engine: measured(inner, (turn) => metrics.turn({ ...turn, principal: principalName(turn.principal) })),
      slots: config.CODEX_MAX_CONCURRENCY,
      health: async () => healthFrom(await readiness()),
      version: version(),
      codex: workspaces.codex.capabilities.version,
      workspaces: config.CODEX_WORKSPACES_DIR === undefined ? workspaces.definitions.map(({ id }) => id) : undefined,
      ephemeral: config.CODEX_WORKER_EPHEMERAL,
      agrees: agreementOf(config),
      own: serving.turns,
      serve: serving.answer
    })
  )
  metrics.watch({ queue: watchedSlots(worker), guard })
  metrics.watchMachines({ mail: broker.mail, worker })
  await worker.start(options.onSameName)
  return {
    worker,
    stopServing: serving.stop,
    readiness: async () => [...(await readiness()), brokerCheck(broker), drainCheck(worker)],
    metrics,
    workspaces,
    guard,
    [Symbol.asyncDispose]: disposeAll
  }
}

const watchedSlots = (worker: Worker) => ({
  get active() {
    return worker.active
  },
  waiting: 0
})

function healthFrom(checks: readonly Check[]): WorkerHealth {
  const wrong = checks.find(({ ok }) => !ok)
  return wrong ? { ready: false, problem: wrong.message } : { ready: true }
}

function drainCheck({ draining }: Worker): Check {
  return { name: 'draining', ok: !draining, message: draining ? 'the worker is stopping' : 'the worker takes turns' }
}

/** A random name, made once: the threads in the home belong to it. */
async function storedName(home: string): Promise<string> {
  const folder = join(home, 'gateway')
  const path = join(folder, 'worker-name')
  const stored = await readFile(path, 'utf8').catch(() => '')
  if (/^[\w-]{1,64}$/.test(stored.trim())) return stored.trim()
  const name = `worker-${randomBytes(4).toString('hex')}`
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(path, name, { mode: 0o600 })
  return name
}

/** Threads go from worker to worker: all of them have the codex that this gateway is tested with. One that does not say its version is taken for it. */
function versionCheck(version: string = testedVersion): Check {
  const ok = isTested(version)
  const message = ok
    ? `codex ${version} is the tested one`
    : `its codex is ${version}, and this gateway’s workers have the tested ${testedVersion}; unset CODEX_BIN or install that one`
  return { name: 'version', ok, message }
}
