import { z } from 'zod'
import type { WebSocket } from 'ws'
import { answerTo, isQuestion } from '../../codex/app-server/answers.ts'
import { JsonRpc } from '../../codex/wire/json-rpc.ts'
import { dialAppServer } from '../../codex/wire/web-socket.ts'
import { GatewayError } from '../../turn/error.ts'
import type { Listener } from './listener.ts'

/** Milliseconds for a call. */
const patience = 10_000

const statusChange = z.object({ threadId: z.string(), status: z.object({ type: z.string() }) })
const turnList = z.object({ data: z.array(z.object({ id: z.string(), status: z.string() })) })

/** Notifications that it has no use for, where it follows a thread. */
const unused = [
  ...['item/started', 'item/completed', 'item/agentMessage/delta', 'item/plan/delta', 'item/reasoning/textDelta'],
  ...['item/reasoning/summaryTextDelta', 'item/reasoning/summaryPartAdded', 'item/commandExecution/outputDelta'],
  ...['item/fileChange/outputDelta', 'item/fileChange/patchUpdated', 'item/mcpToolCall/progress'],
  ...['turn/diff/updated', 'turn/plan/updated', 'rawResponseItem/completed', 'hook/started', 'hook/completed']
]

export interface ControlEvents {
  /** The number of threads with a turn at work has changed. */
  active: (count: number) => void
  /** App-server has said something of a thread, or of itself. */
  notified: (method: string, params: unknown) => void
}

/**
 * The gateway's own connection to a shared app-server: it sees the state of every thread, and of those that it resumes what their
 * turns spend. It answers no question of a thread: that is for the thread's clients.
 */
export class Control {
  readonly #socket: WebSocket
  readonly #rpc: JsonRpc
  readonly #active = new Set<string>()
  readonly #events: ControlEvents
  #idle = () => {}
  /** Never rejects. */
  readonly closed: Promise<void>

  constructor(listener: Pick<Listener, 'url' | 'token'>, events: ControlEvents) {
    this.#events = events
    this.#socket = dialAppServer(listener)
    this.#rpc = new JsonRpc((line) => this.#socket.send(line), {
      notified: (method, params) => this.#notified(method, params),
      asked: (method, _params, answer) => isQuestion(method) || answer(answerTo(method))
    })
    this.#socket.on('message', (data: Buffer) => this.#rpc.receive(data.toString()))
    this.#socket.on('error', () => {}) // its close follows
    this.closed = new Promise<void>((resolve) => this.#socket.once('close', resolve)).then(() => this.#closed())
  }

  /** Threads with a turn at work. */
  get active(): ReadonlySet<string> {
    return this.#active
  }

  /** The handshake. Rejects with `engine_stopped`. */
  async open(): Promise<void> {
    const opened = new Promise<boolean>((resolve) => this.#socket.once('open', () => resolve(true)))
    if (!(await Promise.race([opened, this.closed.then(() => false)]))) throw stopped()
    const clientInfo = { name: 'codex-gateway', title: 'Codex Gateway', version: '1' }
    const capabilities = { experimentalApi: true, optOutNotificationMethods: unused }
    await this.request('initialize', { clientInfo, capabilities })
    this.#rpc.notify('initialized')
  }

  /** Rejects with `RpcError`, `RpcTimeout`, or `engine_stopped`. */
  request(method: string, params: object): Promise<unknown> {
    return this.#rpc.request(method, params, patience)
  }

  /** The id of the turn at work in a thread; undefined where none is. Rejects as `request` does. */
  async runningTurn(threadId: string): Promise<string | undefined> {
    const list = { threadId, limit: 1, sortDirection: 'desc', itemsView: 'notLoaded' }
    const [turn] = turnList.parse(await this.request('thread/turns/list', list)).data
    return turn?.status === 'inProgress' ? turn.id : undefined
  }

  /** Resolves when all that app-server was sent before, by whomever, shows in `active`. Never rejects. */
  async settled(): Promise<void> {
    await this.request('thread/loaded/list', {}).catch(() => {})
  }

  /** Asks every turn to end; resolves when none is at work, or nothing can be seen of them any more. Never rejects. */
  async interruptAll(): Promise<void> {
    const idle = new Promise<void>((resolve) => (this.#idle = resolve))
    await Promise.all([...this.#active].map((threadId) => this.#interrupt(threadId).catch(() => {})))
    if (this.#active.size > 0) await Promise.race([idle, this.closed])
  }

  close(): void {
    this.#socket.terminate()
  }

  #closed(): void {
    this.#rpc.close(stopped())
    this.#active.clear()
    this.#events.active(0)
  }

  async #interrupt(threadId: string): Promise<void> {
    const turnId = await this.runningTurn(threadId)
    if (turnId !== undefined) await this.request('turn/interrupt', { threadId, turnId })
  }

  #notified(method: string, params: unknown): void {
    this.#noteActive(method, params)
    this.#events.notified(method, params)
  }

  #noteActive(method: string, params: unknown): void {
    if (method !== 'thread/status/changed' && method !== 'thread/closed' && method !== 'thread/deleted') return
    const threadId = (params as { threadId?: unknown } | null)?.threadId
    if (typeof threadId !== 'string') return
    const isActive = statusChange.safeParse(params).data?.status.type === 'active'
    const before = this.#active.size
    if (isActive) this.#active.add(threadId)
    else this.#active.delete(threadId)
    if (this.#active.size !== before) this.#events.active(this.#active.size)
    if (this.#active.size === 0) this.#idle()
  }
}

const stopped = () => new GatewayError('engine_stopped', 'The app-server of this workspace has stopped.')
