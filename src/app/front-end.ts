import { randomBytes } from 'node:crypto'
import { RateLimit } from '../access/rate.ts'
import type { WorkspaceDirectory } from '../access/workspaces.ts'
import { principalName } from '../access/principal.ts'
import type { Check } from '../api/health/api.ts'
import type { Config } from '../config/config.ts'
import type { Broker } from '../broker/broker.ts'
import { failureOf } from '../broker/problem.ts'
import { version } from '../config/version.ts'
import { accounted } from '../engines/accounted.ts'
import { TurnAdmission } from '../engines/brokered/admission.ts'
import { createBrokeredEngine } from '../engines/brokered/engine.ts'
import { FrontEnd } from '../engines/brokered/front-end.ts'
import { measured } from '../engines/measured.ts'
import { timed } from '../engines/timed.ts'
import { AccountsOfWorkers } from '../forwarding/accounts-of-workers.ts'
import { eventReceiver } from '../forwarding/event-receiver.ts'
import { forwarder } from '../forwarding/forward.ts'
import { Homes } from '../forwarding/homes.ts'
import type { AccessRecord } from '../http/access.ts'
import type { Operation } from '../http/api.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Engine } from '../turn/engine.ts'
import type { Store } from '../store/store.ts'
import type { Neighbours } from '../work/work.ts'
import { isReachableFor } from '../wire/ticker.ts'
import { times } from '../wire/times.ts'
import { agreementOf, brokerCheck, openBroker } from './broker.ts'
import { definitionsFrom, managedDefaults } from './definitions.ts'
import { directoryOf } from './directory.ts'
import { ledgerFor, usageCheck, watchedUsage } from './ledger.ts'
import { checkEngines, clocks, engineInfos, limitsFrom } from './engines.ts'
import { leftOutAtFrontEnds } from './elsewhere.ts'
import type { LeftOut } from './elsewhere.ts'
import { sealFor, sharedSealFor } from './seal.ts'
import { unusableError } from './shared-claims.ts'
import { openShared } from './shared-parts.ts'
import type { SharedParts } from './shared-parts.ts'
import type { Together } from './together.ts'

/** A gateway whose turns run on workers. Its fields are options of `createGateway`. Dispose of it after the gateway. */
export interface OpenFrontEnd extends AsyncDisposable, LeftOut, Together {
  readonly engine: Engine
  readonly readiness: () => Promise<Check[]>
  readonly facts: { role: 'front-end' }
  readonly metrics: Metrics
  readonly observe: (record: AccessRecord) => void
  readonly directory: WorkspaceDirectory
  readonly frontEnd: FrontEnd
  readonly broker: Broker
  /** Who used what; undefined where there is no store for it. */
  readonly ledger: Ledger | undefined
  /** Has requests answered by workers. */
  readonly forward: Operation['handle']
  /** Shares what is in a store with the other front ends. To be disposed of before it. */
  readonly share: (store: Store) => Promise<SharedParts>
  readonly neighbours: Neighbours
  /** Offers the workspaces of these settings from now on. */
  readonly replaceWorkspaces: (config: Config) => void
}

type Environment = Readonly<Record<string, string | undefined>>

/** Connects to the broker. Turns are accounted for in `store`, which is the caller's. Throws a `GatewayError` that says what to do where it cannot be used. */
export async function openFrontEnd(config: Config, env: Environment, store?: Store): Promise<OpenFrontEnd> {
  checkEngines(config)
  const id = randomBytes(8).toString('hex')
  const opened = await openBroker(config, 'f', id)
  const { broker, subjects } = opened
  const { queue, patience, perClient } = limitsFrom(config)
  const about = { version: version(), agrees: agreementOf(config) }
  const frontEnd = new FrontEnd({ broker, subjects, id, ...about, ownConcurrency: perClient.concurrency })
  frontEnd.start()
  const directory = directoryFrom(config, env)
  let shared: SharedParts | undefined
  const [alone, aloneAttempts] = [new RateLimit(1), new RateLimit(1)]
  const metrics = createMetrics()
  metrics.watch({ queue: watchedQueue(frontEnd), guard: { reaped: 0 } })
  metrics.watchMachines({ mail: broker.mail, frontEnd })
  const totalMs = config.CODEX_TIMEOUT_SECONDS * 1000
  const brokered = createBrokeredEngine({
    frontEnd,
    admission: new TurnAdmission({ queue, patience, ownQueue: perClient.queue }, frontEnd),
    broker,
    subjects,
    engines: engineInfos(config.CODEX_ENGINE),
    totalMs
  })
  const homes = new Homes({
    claims: broker.homes,
    usable: () => frontEnd.roster.usable(),
    isGone: (worker) => isGone(worker, frontEnd, broker)
  })
  const ledger = store && ledgerFor(store, config, directory, { isShared: true })
  if (ledger) metrics.watchUsage(watchedUsage(ledger))
  const counted = ledger ? accounted(brokered, ledger) : brokered
  const workers = new AccountsOfWorkers({ mail: broker.mail, subjects, homes, accounts: ledger })
  let receive: ReturnType<typeof eventReceiver> | undefined
  frontEnd.onServing = (message) => (message.do === 'webhooks' ? receive?.(message) : workers.answer(message))
  const engine = measured(timed(counted, { total: totalMs, ...clocks }), (turn) =>
    metrics.turn({ ...turn, principal: principalName(turn.principal) })
  )
  return {
    engine,
    readiness: async () => [brokerCheck(broker), workersCheck(frontEnd), ...(ledger ? [usageCheck(ledger)] : [])],
    facts: { role: 'front-end' },
    metrics,
    observe: metrics.request,
    directory: directory.shown,
    ...leftOutAtFrontEnds,
    forward: forwarder({ front: id, mail: broker.mail, subjects, homes }),
    frontEnd,
    broker,
    ledger,
    async share(store) {
      frontEnd.mark = store.presence.id
      const seals = { shared: sharedSealFor(config), own: sealFor(config) }
      shared = await openShared({ store, broker, others: frontEnd.others, ledger, seals }).catch((error: unknown) => {
        throw failureOf(error)
      })
      return shared
    },
    takeAttempt: async (network, perMinute) => (shared?.attempts ?? aloneAttempts).take(network, perMinute),
    takeRequest: (key, perMinute) => (shared ? shared.rates : alone).take(key, perMinute),
    endpointWriter: {
      ready: async () => openedOf(shared).endpoints.ready(),
      add: async (endpoint) => openedOf(shared).endpoints.add(endpoint)
    },
    relayTo: (webhooks) => void (receive = eventReceiver(homes, webhooks)),
    neighbours: {
      isAlive: (mark) => frontEnd.others.isAlive(mark),
      cancel: (mark, work) => frontEnd.others.cancel(mark, work),
      fresh: async () => shared?.store.fresh(),
      settled: async () => shared?.store.settled(),
      answer: (cancel) => void (frontEnd.others.onCancel = cancel)
    },
    replaceWorkspaces: (next) => directory.replace(next),
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      frontEnd.onServing = undefined
      await workers[Symbol.asyncDispose]()
      ledger?.[Symbol.dispose]()
      await opened[Symbol.asyncDispose]()
    }
  }
}

function openedOf(shared: SharedParts | undefined): SharedParts {
  if (!shared) throw unusableError('it is starting')
  return shared
}

/** Silence counts only while this front end is connected itself. */
function isGone(worker: string, { roster }: FrontEnd, { mail }: Broker): boolean {
  const lastAt = roster.get(worker)?.at ?? -Infinity
  return isReachableFor(times.lost, mail) && performance.now() - lastAt > times.lost
}

const watchedQueue = (frontEnd: FrontEnd) => ({
  get active() {
    return frontEnd.counts.active
  },
  get waiting() {
    return frontEnd.counts.waiting
  }
})

/** The workspaces as the settings define them; their folders are on the workers. */
function directoryFrom(config: Config, env: Environment) {
  const managed = config.CODEX_WORKSPACES_DIR === undefined ? undefined : managedDefaults(config, env)
  let definitions = definitionsFrom(config, env)
  const registry = {
    get definitions() {
      return definitions
    },
    stateOf: () => 'running' as const
  }
  return {
    shown: directoryOf(registry, managed),
    get definitions() {
      return definitions
    },
    replace(next: Config): void {
      definitions = definitionsFrom(next, env)
    }
  }
}

function workersCheck({ roster }: FrontEnd): Check {
  const usable = roster.usable().length
  if (usable > 0)
    return { name: 'workers', ok: true, message: `${usable} of ${roster.present().length} workers take turns` }
  const [problem] = roster.present().flatMap((beat) => beat.problem ?? [])
  const message =
    problem === undefined ? 'no worker is there; start `codex-gateway worker`' : `no worker is ready: ${problem}`
  return { name: 'workers', ok: false, message }
}
