import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { within } from '../../turn/deadline.ts'
import type { Request } from './shared-app-server.ts'

/** What executors an app-server may reach, and how; structurally that of `executors/links.ts`. */
export interface ExecutorSource {
  admit(
    workspace: string,
    came: (executor: string) => void
  ): Disposable & { readonly token: string; readonly executors: readonly string[] }
  isConnected(workspace: string, executor: string): boolean
  /** The address of this gateway for its own processes: `ws://127.0.0.1:PORT`. */
  address(): string
}

/** An executor as threads of codex know it. */
export interface Environment {
  environmentId: string
  cwd: string
}

/** Executors that a file remembers, and milliseconds that one of them may have been away. */
const remembered = { count: 64, age: 604_800_000 }

const memorySchema = z.array(z.object({ environmentId: z.string(), cwd: z.string(), seenAt: z.number() }))

/** Milliseconds that app-server has to reach an executor. */
const connectTimeoutMs = 8_000
/** Milliseconds that a client waits for those that are there to say where they work. */
const patience = 3_000

const info = z.object({ cwd: z.string() })

/** The executors of one workspace, as far as its app-server knows them. */
export class KnownExecutors {
  readonly #source: ExecutorSource
  readonly #workspace: string
  readonly #file: string
  readonly #known = new Map<string, string | undefined>()
  #admission: ReturnType<ExecutorSource['admit']> | undefined

  /** `file` remembers them: a thread that is resumed before its executor is back must find it. */
  constructor(source: ExecutorSource, workspace: string, file: string) {
    this.#source = source
    this.#file = file
    this.#workspace = workspace
  }

  /** Those that are connected, in the order in which they came; where none is, those that may come back. */
  get list(): Environment[] {
    const isConnected = (executor: string) => this.#source.isConnected(this.#workspace, executor)
    if (![...this.#known.keys()].some(isConnected)) return this.#reached
    return this.#reached.filter(({ environmentId }) => isConnected(environmentId))
  }

  get #reached(): Environment[] {
    return [...this.#known].flatMap(([environmentId, cwd]) => (cwd === undefined ? [] : { environmentId, cwd }))
  }

  /** When an app-server has started: it gets those that are there, and later those that come. */
  async opened(request: Request): Promise<void> {
    this.ended()
    const admission = this.#source.admit(this.#workspace, (executor) => void this.#add(executor, request))
    this.#admission = admission
    const former = await this.#remembered()
    await Promise.all(former.map(({ environmentId }) => this.#announce(environmentId, request)))
    await within(patience, Promise.all(admission.executors.map((executor) => this.#add(executor, request))))
    for (const { environmentId, cwd } of former)
      if (this.#known.get(environmentId) === undefined) this.#known.set(environmentId, cwd)
  }

  /** When it has ended. */
  ended(): void {
    this.#admission?.[Symbol.dispose]()
    this.#admission = undefined
    this.#known.clear()
  }

  /** A thread may use it from now on. Once for each app-server, which then comes back to it by itself. */
  async #announce(environmentId: string, request: Request): Promise<void> {
    const admission = this.#admission
    if (!admission || this.#known.has(environmentId)) return
    this.#known.set(environmentId, undefined)
    const execServerUrl = `${this.#source.address()}/environments/${environmentId}`
    const params = { environmentId, execServerUrl, authBearerToken: admission.token, connectTimeoutMs }
    await request('environment/add', params).catch(() => this.#known.delete(environmentId))
  }

  /** It is there, and says where it works. */
  async #add(environmentId: string, request: Request): Promise<void> {
    const admission = this.#admission
    try {
      await this.#announce(environmentId, request)
      const { cwd } = info.parse(await request('environment/info', { environmentId }))
      if (!admission || admission !== this.#admission) return
      this.#known.set(environmentId, pathFrom(cwd))
      await this.#remember()
    } catch {
      // it has left, or the gateway stops; when it comes again, it is asked again
    }
  }

  async #remembered(): Promise<z.output<typeof memorySchema>> {
    try {
      const all = memorySchema.parse(JSON.parse(await readFile(this.#file, 'utf8')))
      return all.filter(({ seenAt }) => seenAt > Date.now() - remembered.age).slice(0, remembered.count)
    } catch {
      return []
    }
  }

  async #remember(): Promise<void> {
    const others = (await this.#remembered()).filter(({ environmentId }) => !this.#known.has(environmentId))
    const all = [...this.#reached.map((one) => ({ ...one, seenAt: Date.now() })), ...others]
    await writeFile(this.#file, JSON.stringify(all.slice(0, remembered.count)), { mode: 0o600 })
  }
}

/** It may be that of another system. */
function pathFrom(cwd: string): string {
  if (!cwd.startsWith('file:')) return cwd
  const url = new URL(cwd)
  const windows = /^\/[a-z]:/i.test(url.pathname) || url.host !== ''
  return fileURLToPath(url, { windows })
}
