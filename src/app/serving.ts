import type { OwnTurns } from '../worker/options.ts'
import type { Broker } from '../broker/broker.ts'
import type { Config } from '../config/config.ts'
import { TurnQueue } from '../engines/queue.ts'
import { RemoteAccounts } from '../forwarding/remote-accounts.ts'
import { EventRelay } from '../forwarding/event-relay.ts'
import { Exchanges } from '../forwarding/exchanges.ts'
import { anonymous } from '../access/principal.ts'
import { Tokens } from '../access/tokens.ts'
import { Prices } from '../ledger/prices.ts'
import type { Checks } from '../http/door/checks.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { GatewayError, shuttingDown } from '../turn/error.ts'
import type { Engine } from '../turn/engine.ts'
import type { Overspent } from '../wire/accounts.ts'
import type { ToExchange } from '../wire/exchange.ts'
import type { Subjects } from '../wire/subjects.ts'
import { workerApis } from './apis.ts'
import { limitsFrom, outerChain, threadChain } from './engines.ts'
import { createGateway } from './gateway.ts'
import { costIn, modelIn, modelRefusalIn } from './ledger.ts'
import { sandboxed } from './sandboxed.ts'
import { prepareStore, storeFor } from './storage.ts'
import type { OpenWorkspaces } from './workspaces.ts'

export interface ServingOptions extends Pick<OpenWorkspaces, 'workspaces' | 'directory' | 'guard'> {
  config: Config
  broker: Broker
  subjects: Subjects
  /** The worker, and its life. */
  sender: () => { worker: string; run: string }
  /** Front ends that are there. */
  fronts: () => readonly string[]
  /** Runs no turn here: threads have engines of their own. */
  engine: Engine
  metrics: Metrics
  log: Log
  /** Slots that turns of front ends take, and what is to be called when another number is taken here. */
  given: () => number
  changed: () => void
}

/** What a worker answers itself: threads, sessions and agents of the owners that are at home here. */
export interface Serving extends AsyncDisposable {
  /** The turns of threads, which run in the worker's slots. */
  readonly turns: OwnTurns
  readonly answer: (message: ToExchange | Overspent) => unknown
  /** Begins no more; what runs has the time that the settings allow, and is then interrupted. Called again, it does not wait. */
  readonly stop: () => Promise<void>
}

/** Milliseconds for front ends to fetch the last of what was answered. */
const fetchMs = 5_000

/** Serves on no port: front ends say what is asked for, and by whom. */
export async function openServing({ workspaces, guard, metrics, ...options }: ServingOptions): Promise<Serving> {
  const { broker, subjects, sender, fronts, engine, log, given, changed, directory } = options
  const config = { ...options.config, isShared: true }
  const store = storeFor(config, (fields, message) => log.warn(fields, message))
  await prepareStore(store, config, new Tokens([]))
  const queue = new TurnQueue({ ...limitsFrom(config), besides: given, changed })
  const prices = new Prices(config.CODEX_PRICES_FILE?.models)
  const exchanges = new Exchanges(broker.mail)
  const toFronts = {
    ...{ mail: broker.mail, subjects, sender },
    frontsFor(owner: string = anonymous.id) {
      const [last, alive] = [exchanges.callers.frontOf(owner), fronts()]
      return last !== undefined && alive.includes(last) ? [last, ...alive.filter((front) => front !== last)] : alive
    }
  }
  const accounts = new RemoteAccounts(toFronts)
  const relay = new EventRelay({ ...toFronts, store })
  const { outer } = outerChain({ config, workspaces, accounts }, metrics, queue)
  const gateway = createGateway({
    ...{ config, engine, log, store, directory },
    threads: {
      ...{ workspaces, chain: threadChain(outer, { config, workspaces }) },
      relay,
      sandboxed: sandboxed({ workspaces, guard, binary: workspaces.codex.binary.path }),
      modelRefusal: modelRefusalIn(config, workspaces, (key) => exchanges.callers.modelsOf(key)),
      costOf: (...spent) => costIn({ prices, modelOf: modelIn(config, workspaces) }, ...spent)
    },
    apis: workerApis,
    checks: (isStopping) => checksOf(exchanges, isStopping),
    times: { finish: config.CODEX_DRAIN_SECONDS * 1000 }
  })
  exchanges.serve(gateway.server)
  relay.wake()
  return {
    turns: queue,
    answer: (message) => (message.do === 'overspent' ? accounts.stop(message) : exchanges.answer(message)),
    stop: gateway.stop,
    async [Symbol.asyncDispose]() {
      await gateway.stop()
      await exchanges.settled(fetchMs)
      await relay[Symbol.asyncDispose]()
      exchanges[Symbol.dispose]()
      store[Symbol.dispose]()
    }
  }
}

/** The front end has checked the request, and says who sent it. */
function checksOf(exchanges: Exchanges, isStopping: () => boolean): Checks {
  const refused = { error: new GatewayError('forbidden', 'Only front ends are let in here.') }
  return {
    screen: () => undefined,
    admit({ socket }) {
      if (isStopping()) return { error: shuttingDown() }
      const caller = exchanges.callerOn(socket)
      return caller ? { ...caller, headers: {} } : refused
    },
    open: async () => refused
  }
}
