import { randomBytes } from 'node:crypto'
import type { Broker } from '../../src/broker/broker.ts'
import { openNats } from '../../src/broker/nats.ts'
import { TurnAdmission } from '../../src/engines/brokered/admission.ts'
import type { AdmissionLimits } from '../../src/engines/brokered/admission.ts'
import { createBrokeredEngine } from '../../src/engines/brokered/engine.ts'
import { FrontEnd } from '../../src/engines/brokered/front-end.ts'
import type { Engine } from '../../src/turn/engine.ts'
import { Worker } from '../../src/worker/worker.ts'
import type { WorkerOptions } from '../../src/worker/options.ts'
import { connectionTo } from './nats.ts'
import type { Nats } from './nats.ts'

export interface TestFrontEnd extends AsyncDisposable {
  engine: Engine
  frontEnd: FrontEnd
  broker: Broker
}

/** A front end in this process. `changed` may put something between it and the broker. */
export async function startFrontEnd(
  nats: Pick<Nats, 'url'>,
  name: string,
  { ownConcurrency, ...limits }: Partial<AdmissionLimits> & { ownConcurrency?: number } = {},
  changed: (broker: Broker) => Broker = (broker) => broker
): Promise<TestFrontEnd> {
  const id = randomBytes(8).toString('hex')
  const { subjects, ...connection } = connectionTo(nats, name)
  const broker = changed(await openNats({ ...connection, subjects, role: 'f', id }))
  const frontEnd = new FrontEnd({ broker, subjects, id, version: 'test', agrees: 'test', ownConcurrency })
  frontEnd.start()
  const engine = createBrokeredEngine({
    frontEnd,
    admission: new TurnAdmission({ queue: 10_000, patience: 600_000, ...limits }, frontEnd),
    broker,
    subjects,
    engines: [{ name: 'exec' }],
    totalMs: 600_000
  })
  return {
    engine,
    frontEnd,
    broker,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      await broker[Symbol.asyncDispose]()
    }
  }
}

export interface TestWorker extends AsyncDisposable {
  worker: Worker
  broker: Broker
}

/** A worker in this process, whose engine is the caller's. */
export async function startWorker(
  nats: Pick<Nats, 'url'>,
  name: string,
  engine: Engine,
  { onSameName, ...options }: Partial<WorkerOptions> & { onSameName?: () => void } = {},
  changed: (broker: Broker) => Broker = (broker) => broker
): Promise<TestWorker> {
  const id = options.name ?? `w${randomBytes(4).toString('hex')}`
  const { subjects, ...connection } = connectionTo(nats, name)
  const broker = changed(await openNats({ ...connection, subjects, role: 'w', id }))
  const worker = new Worker({
    broker,
    subjects,
    engine,
    slots: 4,
    health: async () => ({ ready: true }),
    version: 'test',
    agrees: 'test',
    ...options,
    name: id
  })
  const started = {
    worker,
    broker,
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]()
      await broker[Symbol.asyncDispose]()
    }
  }
  await worker.start(onSameName).catch(async (error: unknown) => {
    await started[Symbol.asyncDispose]()
    throw error
  })
  return started
}

/** Both, over any engine: what runs on it runs as on a machine of its own. Disposes of `local` too. */
export async function overBroker<T extends AsyncDisposable & { engine: Engine }>(nats: Nats, local: T): Promise<T> {
  const name = nats.newName()
  const front = await startFrontEnd(nats, name)
  const worker = await startWorker(nats, name, local.engine)
  const { engines = [local.engine] } = local.engine
  return {
    ...local,
    engine: { ...front.engine, name: engines[0]?.name ?? '' },
    async [Symbol.asyncDispose]() {
      await front[Symbol.asyncDispose]()
      await worker[Symbol.asyncDispose]()
      await local[Symbol.asyncDispose]()
    }
  }
}

/** Resolves when a front end knows of so many workers that take turns. */
export async function knowsWorkers({ frontEnd }: Pick<TestFrontEnd, 'frontEnd'>, count: number): Promise<void> {
  while (frontEnd.roster.usable().length < count) await new Promise((resolve) => setTimeout(resolve, 5))
}
