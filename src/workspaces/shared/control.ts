import { once } from 'node:events'
import { z } from 'zod'
import type { WebSocket } from 'ws'
import { answerTo } from '../../codex/app-server/answers.ts'
import { JsonRpc } from '../../codex/wire/json-rpc.ts'
import { dialAppServer } from '../../codex/wire/web-socket.ts'
import { GatewayError } from '../../turn/error.ts'
import type { Listener } from './listener.ts'

/** Milliseconds for a call. */
const patience = 10_000

const statusChange = z.object({ threadId: z.string(), status: z.object({ type: z.string() }) })
const turnList = z.object({ data: z.array(z.object({ id: z.string(), status: z.string() })) })

/** The gateway's own connection to a shared app-server: it sees the state of every thread, and nothing of what is in them. */
export class Control {
  readonly #socket: WebSocket
  readonly #rpc: JsonRpc
  readonly #active = new Set<string>()
  readonly #onActive: (count: number) => void
  #idle = () => {}
  readonly closed: Promise<unknown>

  constructor(listener: Pick<Listener, 'url' | 'token'>, onActive: (count: number) => void) {
    this.#onActive = onActive
    this.#socket = dialAppServer(listener)
    this.#rpc = new JsonRpc((line) => this.#socket.send(line), {
      notified: (method, params) => this.#notified(method, params),
      asked: (method, _params, answer) => answer(answerTo(method))
    })
    this.#socket.on('message', (data: Buffer) => this.#rpc.receive(data.toString()))
    this.#socket.on('error', () => {}) // its close follows
    this.closed = once(this.#socket, 'close').then(() => this.#closed())
  }

  /** Threads with a turn at work. */
  get active(): ReadonlySet<string> {
    return this.#active
  }

  /** The handshake. Rejects with `engine_stopped`. */
  async open(): Promise<void> {
    await Promise.race([once(this.#socket, 'open'), this.closed.then(() => Promise.reject(stopped()))])
    const clientInfo = { name: 'codex-gateway', title: 'Codex Gateway', version: '1' }
    await this.request('initialize', { clientInfo, capabilities: { experimentalApi: true } })
    this.#rpc.notify('initialized')
  }

  /** Rejects with `RpcError`, `RpcTimeout`, or `engine_stopped`. */
  request(method: string, params: object): Promise<unknown> {
    return this.#rpc.request(method, params, patience)
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
    this.#onActive(0)
  }

  async #interrupt(threadId: string): Promise<void> {
    const list = { threadId, limit: 1, sortDirection: 'desc', itemsView: 'notLoaded' }
    const [turn] = turnList.parse(await this.request('thread/turns/list', list)).data
    if (turn?.status === 'inProgress') await this.request('turn/interrupt', { threadId, turnId: turn.id })
  }

  #notified(method: string, params: unknown): void {
    if (method !== 'thread/status/changed' && method !== 'thread/closed' && method !== 'thread/deleted') return
    const threadId = (params as { threadId?: unknown } | null)?.threadId
    if (typeof threadId !== 'string') return
    const isActive = statusChange.safeParse(params).data?.status.type === 'active'
    const before = this.#active.size
    if (isActive) this.#active.add(threadId)
    else this.#active.delete(threadId)
    if (this.#active.size !== before) this.#onActive(this.#active.size)
    if (this.#active.size === 0) this.#idle()
  }
}

const stopped = () => new GatewayError('engine_stopped', 'The app-server of this workspace has stopped.')
