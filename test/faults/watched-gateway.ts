import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import Database from 'libsql'
import type { Means } from '../../src/codex/process/isolation.ts'
import type { Guard, Rung } from '../../src/codex/process/guard.ts'
import { limited } from '../../src/engines/limited.ts'
import { TurnQueue } from '../../src/engines/queue.ts'
import type { QueueLimits } from '../../src/engines/queue.ts'
import { timed } from '../../src/engines/timed.ts'
import type { Clocks } from '../../src/engines/timed.ts'
import { Tokens } from '../../src/access/tokens.ts'
import { allApis } from '../../src/app/apis.ts'
import type { Engine } from '../../src/turn/engine.ts'
import type { SandboxMode } from '../../src/turn/request.ts'
import { post, startGateway, token } from '../app/start-gateway.ts'
import type { StartedGateway } from '../app/start-gateway.ts'
import { openTargets } from '../support/descriptors.ts'
import { startGuard } from '../support/guarded-turn.ts'
import { canaries, watching } from './invariants.ts'
import type { ExpectNothingLeft, Start, Watched } from './invariants.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

export const ask = { model: 'gpt-5.5', messages: [{ role: 'user', content: canaries.prompt }] }
export const chat = (url: string, stream = false, signal?: AbortSignal, from = token) =>
  post(`${url}/v1/chat/completions`, { ...ask, stream }, { authorization: `Bearer ${from}` }, signal)

/** All that a client is told: status, headers, body. */
export async function fullAnswerOf(response: Response): Promise<string> {
  return JSON.stringify([response.status, ...response.headers]) + (await response.text())
}

/** What a whole answer says, or the answer itself where it is none. */
export async function contentOf(answer: Promise<Response>): Promise<string> {
  const body = (await (await answer).json()) as { choices?: [{ message: { content: string } }] }
  return body.choices?.[0].message.content ?? JSON.stringify(body)
}

/** Another token that is valid. */
export const otherToken = 'sk-test-another-0123456789abcdefghij'

export interface FaultOptions {
  clocks?: Partial<Clocks>
  limits?: Partial<QueueLimits>
  sandbox?: SandboxMode
  env?: Record<string, string>
  means?: Means
  /** How a turn of exec is stopped. */
  ladder?: readonly Rung[]
}

/** The whole gateway, in this process. */
export interface WatchedGateway extends StartedGateway {
  queue: TurnQueue
  /** What was started so far. */
  starts: readonly Start[]
  /** Ends every test of a fault. */
  expectNothingLeft: ExpectNothingLeft
}

/** What runs the turns, and what is looked at when they are over. */
export interface UnderTest extends Pick<Watched, 'left' | 'secrets'> {
  engine: (guard: Guard, folder: string) => Engine
  /** Descriptors that it keeps open between turns. */
  keeps: () => number
  /** From now on ordinary requests are answered with `Fine.`. */
  recover?: () => void
  dispose: () => PromiseLike<void>
}

/** The whole gateway around an engine, with one slot and one place in line. */
export async function startWatchedGateway(
  { engine: engineWith, keeps, recover, dispose, ...looked }: UnderTest,
  options: FaultOptions = {}
): Promise<WatchedGateway> {
  const temp = await mkdtemp(join(tmpdir(), 'faults-'))
  const starts: Start[] = []
  const guard = await startGuard({ temp, means: options.means })
  const queue = new TurnQueue({ concurrency: 1, queue: 1, patience: 10_000, ...options.limits })
  const engine = timed(limited(engineWith(recorded(guard, starts), temp), queue), {
    total: 10_000,
    start: 10_000,
    idle: 10_000,
    ...options.clocks
  })
  const gateway = await startGateway({
    engine,
    apis: allApis,
    tokens: new Tokens([{ token }, { token: otherToken }]),
    env: { CODEX_THREAD_TTL_HOURS: '0', ...options.env }
  })
  const { complaints, stop } = listen()
  const ordinary = () => {
    recover?.()
    return contentOf(chat(gateway.url))
  }
  new Database(':memory:').close() // its first use in a process opens six files of its own
  const before = ownFiles()
  const files = () => {
    gateway.server.closeAllConnections() // no request is under way: these are those that `fetch` keeps, some without ever having used them
    collectGarbage() // a connection of libsql that failed closes its files only then
    return ownFiles() - before - keeps()
  }
  const turns = async () => ({ active: queue.active, waiting: queue.waiting })
  return {
    ...gateway,
    queue,
    starts,
    expectNothingLeft: watching({
      ...looked,
      lines: gateway.lines,
      turns,
      temp,
      starts: () => starts,
      files,
      complaints: () => complaints,
      ordinary
    }),
    async [Symbol.asyncDispose]() {
      stop()
      await gateway[Symbol.asyncDispose]()
      await engine[Symbol.asyncDispose]()
      await guard[Symbol.asyncDispose]()
      await dispose()
      await rm(temp, { recursive: true })
    }
  }
}

/** A guard that writes down what it starts. */
function recorded(guard: Guard, starts: Start[]): Guard {
  const start: Guard['start'] = (path, args, options) => {
    starts.push({ argv: [path, ...args], env: options.env })
    return guard.start(path, args, options)
  }
  return Object.create(guard, { start: { value: start } }) as Guard
}

/** What this process complains of: rejections that nobody handles, and warnings. */
function listen() {
  const complaints: unknown[] = []
  const complain = (complaint: unknown) => void complaints.push(complaint)
  process.on('unhandledRejection', complain).on('warning', complain)
  return { complaints, stop: () => process.off('unhandledRejection', complain).off('warning', complain) }
}

/** Without the stores of other tests in this process, whose folders are gone: one that is looked into once more opens its files again. */
const ownFiles = () =>
  openTargets('self').filter((target) => !/\/store\.db(-wal|-shm)? \(deleted\)$/.test(target)).length
