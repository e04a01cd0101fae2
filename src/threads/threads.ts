import { randomUUID } from 'node:crypto'
import type { TurnPlan } from '../engines/app-server/thread/thread-request.ts'
import { openThread } from '../engines/app-server/thread/open-thread.ts'
import { GatewayError } from '../turn/error.ts'
import type { Workspaces } from '../workspaces/workspace.ts'
import type { ActiveTurns } from './active.ts'
import type { AppServerCalls, CallPlace } from './calls.ts'
import type { LoadedThreads } from './loaded.ts'
import { forkOf, resumeOf, startOf } from './opening.ts'
import type { ForkPoint } from './opening.ts'
import { isThreadGone, noSuchThread, refusalIn } from './no-such-thread.ts'
import type { ThreadRecord } from './record.ts'
import { placeIn, shownPlace } from '../codex/files/place-in.ts'
import { sandboxFrom } from './sandbox-policy.ts'
import type { SandboxPolicy } from './sandbox-policy.ts'
import { checkSandbox } from './settings.ts'
import type { ThreadSettings } from './settings.ts'
import { orUnknownTurn } from './unknown-turn.ts'
import type { Scope, ThreadFilter, ThreadStore } from './thread-store.ts'

export interface ThreadsOptions {
  workspaces: Workspaces
  calls: AppServerCalls
  store: ThreadStore
  loaded: LoadedThreads
  active: ActiveTurns
  /** Whether threads are stored at all. */
  stores: boolean
}

/** The threads of all principals. Each method takes whose and where; a thread of anybody else is `thread_not_found`. */
export class Threads {
  readonly #options: ThreadsOptions

  constructor(options: ThreadsOptions) {
    this.#options = options
  }

  find(scope: Scope, id: string): ThreadRecord {
    const found = this.#options.store.find(scope, id)
    if (found === undefined) throw noSuchThread(id)
    return found
  }

  /** Undefined where it is gone. */
  maybe(scope: Scope, id: string): ThreadRecord | undefined {
    return this.#options.store.find(scope, id)
  }

  /** Other settings, from its next turn on. */
  change({ id }: ThreadRecord, settings: ThreadSettings): void {
    this.#options.store.update(id, { settings })
  }

  list(scope: Scope, filter: ThreadFilter): { threads: ThreadRecord[]; next?: string } {
    return this.#options.store.list(scope, filter)
  }

  isActive(id: string): boolean {
    return this.#options.active.isBusy(id)
  }

  /** What a caller may choose of its settings. Throws where it is wider than the workspace; `cwd` becomes a path below its folder. */
  async checked(
    scope: Pick<Scope, 'workspace'>,
    settings: ThreadSettings,
    policy?: SandboxPolicy
  ): Promise<ThreadSettings> {
    const { sandbox, cwd } = settings
    const workspace = await this.#options.workspaces.get(scope.workspace)
    if (sandbox !== undefined) checkSandbox(sandbox, workspace.sandbox, 'sandbox')
    const place = cwd === undefined ? undefined : await placeIn(workspace.folder, cwd, { kind: 'folder', param: 'cwd' })
    return {
      ...settings,
      ...(policy && { sandbox: sandboxFrom(policy, workspace) }),
      ...(place !== undefined && { cwd: shownPlace(workspace.folder, place) })
    }
  }

  async start(scope: Scope, settings: ThreadSettings, signal: AbortSignal): Promise<ThreadRecord> {
    this.#checkStores()
    return this.#options.calls.on(scope, signal, async (place) => {
      const opened = await this.#open(place, await startOf(place.workspace, settings))
      // Only then is it in a file, and can be resumed (codex-cli 0.169). Callers see the name that is stored here.
      await place.connection.request('thread/name/set', { threadId: opened.id, name: 'thread' })
      return this.#add({ ...scope, ...opened, name: null, preview: '', parent: null, settings })
    })
  }

  /** Loads it, if it is not, so that its next turn begins at once. */
  async resume(scope: Scope, id: string, signal: AbortSignal): Promise<ThreadRecord> {
    const thread = this.usable(scope, id)
    if (!this.isActive(id))
      await this.alone(thread, () => this.#options.calls.on(scope, signal, (place) => this.load(place, thread)))
    return thread
  }

  async fork(scope: Scope, id: string, point: ForkPoint, signal: AbortSignal): Promise<ThreadRecord> {
    const { settings, name, preview } = this.usable(scope, id)
    const [param] = Object.keys(point)
    return this.#options.calls.on(scope, signal, async (place) => {
      const opening = this.#open(place, forkOf(place.workspace, settings, id, point))
      const opened = await (param === undefined ? opening : orUnknownTurn(opening, param))
      return this.#add({ ...scope, ...opened, name, preview, parent: id, settings })
    })
  }

  /** Loads a thread that nothing else uses at the moment. */
  async load(place: CallPlace, { id, settings }: ThreadRecord): Promise<void> {
    const { loaded } = this.#options
    const warm = loaded.take(place.connection, id)
    if (warm) return loaded.put(place.connection, warm)
    try {
      await this.#open(place, resumeOf(place.workspace, settings, id))
    } catch (error) {
      if (isThreadGone(error)) this.#options.store.delete(id)
      throw refusalIn(error)
    }
  }

  /** Does something with a thread on which no turn runs, and begins none meanwhile. Throws `thread_busy`. */
  async alone<T>({ id }: ThreadRecord, action: () => Promise<T>): Promise<T> {
    const { active } = this.#options
    const hold = active.add(id)
    try {
      return await action()
    } finally {
      active.remove(hold)
    }
  }

  /** Throws for one that is archived. */
  usable(scope: Scope, id: string): ThreadRecord {
    const thread = this.find(scope, id)
    if (!thread.archived) return thread
    throw new GatewayError('conflict', 'This thread is archived; POST /api/thread/unarchive makes it usable again.')
  }

  async #open({ connection }: CallPlace, opening: TurnPlan['open']): Promise<{ id: string; provider?: string }> {
    const mark = randomUUID()
    const { id, modelProvider } = await openThread(connection, opening, mark)
    this.#options.loaded.put(connection, { id, mark, ready: Promise.resolve() })
    return { id, ...(modelProvider !== undefined && { provider: modelProvider }) }
  }

  #add(fresh: Omit<ThreadRecord, 'createdAt' | 'usedAt' | 'archived'>): ThreadRecord {
    const now = Date.now()
    const thread = { ...fresh, createdAt: now, usedAt: now, archived: false }
    for (const removed of this.#options.store.add(thread)) void this.#forget(removed)
    return thread
  }

  /** Removes from codex what is not in the store any more. What fails is left to its expiry. */
  async #forget({ id, workspace }: ThreadRecord): Promise<void> {
    try {
      const { threads } = await this.#options.workspaces.get(workspace)
      await threads.delete(id)
    } catch {
      // its workspace may be gone
    }
  }

  #checkStores(): void {
    if (this.#options.stores) return
    throw new GatewayError('unsupported', 'No threads are stored here: the operator has set CODEX_THREAD_TTL_HOURS=0.')
  }
}
