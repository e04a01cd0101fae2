import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startChild } from './child.ts'
import type { BenchChild } from './child.ts'
import type { Target } from './client.ts'
import { here, startGateway } from './gateway.ts'
import type { ServedGateway } from './gateway.ts'
import type { Options } from './options.ts'
import { startRawAppServer } from './raw-app-server.ts'
import type { RawAppServer } from './raw-app-server.ts'
import { tunedExec, usualExec } from './raw-exec.ts'
import type { RunExec } from './raw-exec.ts'
import type { Sent } from './steps.ts'
import { appServerSlots, environmentFor, execSlots, model as asked, workspacesIn, token } from './setting.ts'

/** Everything that is measured. */
export interface World extends AsyncDisposable {
  exec: ServedGateway
  appServer: ServedGateway
  tuned: RunExec
  usual: RunExec
  raw: RawAppServer
  /** The same, where threads are stored. */
  rawStored: RawAppServer
  /** The gateway with an engine that answers at once, and Node's own server with the same answer. */
  alone: { pid: number; gateway: Target; plain: Target; heapMb: () => Promise<number> }
  /** The same gateways of another checkout. */
  base?: Pick<World, 'exec' | 'appServer' | 'alone'>
  /** Another gateway to be measured beside ours. */
  against?: Target | undefined
  /** Starts one more gateway, which nobody has asked anything, or a worker, which has no URL. */
  fresh: (engine?: Engine, more?: Record<string, string>, command?: string) => Promise<ServedGateway>
  /** For homes. */
  folder: string
  /** Starts two gateways in one process, of which one accounts for its turns. */
  ledger: () => Promise<LedgerPair>
  /** The environment of another one, with a home of this name. */
  setting: (name: string, more?: Record<string, string>) => Promise<Record<string, string>>
  /** What the model was sent for tool loops since the last call. */
  sent: () => Promise<Sent>
}

interface LedgerPair extends AsyncDisposable {
  counted: Target
  plain: Target
  /** Milliseconds of the processor that accounting takes a turn, so many at once. */
  cost: (atOnce: number) => Promise<number>
}

type Engine = 'exec' | 'app-server'

export async function startWorld(options: Options): Promise<World> {
  const stack = new AsyncDisposableList()
  try {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'))
    stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
    const model = stack.use(await startChild('model.ts', [String(options.modelPort)]))
    const modelUrl = model.ready['url'] ?? ''
    const gateway = async (engine: Engine, checkout?: string, more: Record<string, string> = {}, command = 'serve') => {
      const slots = engine === 'exec' ? execSlots : appServerSlots
      const all = { CODEX_ENGINE: engine, CODEX_MAX_CONCURRENCY: String(slots), ...more }
      const home = checkout === undefined ? engine : `${engine}-of-base`
      return startGateway(await environmentFor(folder, home, modelUrl, all), checkout, command)
    }
    const gatewaysOf = async (checkout?: string) => ({
      exec: stack.use(await gateway('exec', checkout)),
      appServer: stack.use(await gateway('app-server', checkout)),
      alone: aloneFrom(stack.use(await startChild(await aloneIn(checkout), [folder, asked, token])))
    })
    const { workspaces: byHand } = stack.use(await workspacesIn(await environmentFor(folder, 'by-hand', modelUrl)))
    const world = {
      ...(await gatewaysOf()),
      ...(options.base !== undefined && { base: await gatewaysOf(options.base) }),
      tuned: tunedExec(byHand),
      usual: await usualExec(folder, modelUrl),
      raw: stack.use(await startRawAppServer(byHand)),
      rawStored: stack.use(await startRawAppServer(byHand, 'persistent')),
      against: options.against,
      fresh: (engine: Engine = 'exec', more: Record<string, string> = {}, command = 'serve') =>
        gateway(engine, undefined, more, command),
      folder,
      ledger: async () => {
        const settings = { CODEX_ENGINE: 'app-server', CODEX_MAX_CONCURRENCY: String(appServerSlots) }
        const names = ['counted', 'not-counted']
        const envs = await Promise.all(names.map((name) => environmentFor(folder, name, modelUrl, settings)))
        return ledgerPair(
          await startChild(
            'ledger.ts',
            envs.map((env) => JSON.stringify(env))
          )
        )
      },
      setting: (name: string, more: Record<string, string> = {}) => environmentFor(folder, name, modelUrl, more),
      sent: () => model.ask('sent') as Promise<Sent>
    }
    return { ...world, [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() }
  } catch (error) {
    await stack[Symbol.asyncDispose]()
    throw error
  }
}

/** Each checkout has its own, for what it imports; from a checkout's own bundler, where it has one. */
async function aloneIn(checkout = here): Promise<string> {
  const source = join(checkout, 'scripts/bench/alone.mjs')
  const bundler = join(checkout, 'scripts/build.mjs')
  if (!existsSync(bundler)) return pathToFileURL(source).href
  const folder = join(checkout, 'node_modules/.bench')
  await ((await import(bundler)) as Bundler).bundleInto(folder, { alone: source })
  return pathToFileURL(join(folder, 'alone.js')).href
}

interface Bundler {
  bundleInto: (folder: string, input: Record<string, string>) => Promise<void>
}

function aloneFrom({ pid, ready, ask }: BenchChild): World['alone'] {
  const target = (url = ''): Target => ({ url, token, model: asked })
  return {
    pid,
    gateway: target(ready['url']),
    plain: target(ready['plain']),
    heapMb: async () => Number(await ask('collect'))
  }
}

function ledgerPair({ ready, ask, [Symbol.asyncDispose]: end }: BenchChild): LedgerPair {
  const target = (name: string): Target => ({ url: ready[name] ?? '', token, model: asked })
  return {
    counted: target('counted'),
    plain: target('plain'),
    cost: async (atOnce) => Number(await ask(String(atOnce))),
    [Symbol.asyncDispose]: end
  }
}

/** Node 20 has no AsyncDisposableStack. */
class AsyncDisposableList implements AsyncDisposable {
  readonly #ends: (() => PromiseLike<unknown>)[] = []

  use<T extends AsyncDisposable>(resource: T): T {
    this.defer(() => resource[Symbol.asyncDispose]())
    return resource
  }

  defer(end: () => PromiseLike<unknown>): void {
    this.#ends.unshift(end)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends) await end()
  }
}
