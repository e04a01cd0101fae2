import type { WebSocket } from 'ws'
import { answerTo } from '../../codex/app-server/answers.ts'
import { JsonRpc } from '../../codex/wire/json-rpc.ts'
import { rawItemMethod } from '../metering/frames.ts'
import type { Tap } from '../metering/tap.ts'

/** Milliseconds for a call. */
const patience = 30_000

/** The connection to a shared app-server is gone. */
export class Disconnected extends Error {
  override readonly name = 'Disconnected'
}

/** A client of a shared app-server that is no TUI: what codex asks of it is declined, for nobody is there to answer. */
export class ServerConnection implements Disposable {
  readonly #socket: WebSocket
  readonly #rpc: JsonRpc
  readonly #tap: Tap
  #asked = 0
  /** Rejects with `Disconnected` when the connection is gone. */
  readonly lost: Promise<never>

  constructor(socket: WebSocket, tap: Tap, notified: (method: string, params: unknown) => void) {
    this.#socket = socket
    this.#tap = tap
    this.#rpc = new JsonRpc((line) => socket.send(line), {
      notified(method, params) {
        tap.notified(method, params)
        notified(method, params)
      },
      asked: (method, _params, answer) => answer(answerTo(method))
    })
    socket.on('message', (data: Buffer) => this.#rpc.receive(data.toString()))
    socket.on('error', () => {}) // its close follows
    this.lost = new Promise<void>((resolve) => socket.once('close', () => resolve())).then(() => {
      const error = new Disconnected('The connection to the app-server was lost.')
      this.#rpc.close(error)
      throw error
    })
    this.lost.catch(() => {})
  }

  /** The handshake. */
  async open(): Promise<void> {
    await Promise.race([new Promise((resolve) => this.#socket.once('open', resolve)), this.lost])
    const clientInfo = { name: 'codex-gateway-turns', title: 'Codex Gateway', version: '1' }
    const capabilities = { experimentalApi: true, optOutNotificationMethods: [rawItemMethod] }
    await this.request('initialize', { clientInfo, capabilities })
    this.#rpc.notify('initialized')
  }

  /** Rejects with `RpcError`, `RpcTimeout` or `Disconnected`, and with a `GatewayError` for a turn that may not begin. */
  async request(method: string, params: unknown): Promise<unknown> {
    const id = String(++this.#asked)
    await this.#tap.request(id, method, params)
    try {
      const result = await this.#rpc.request(method, params, patience)
      this.#tap.answered(id, method, { result })
      return result
    } catch (error) {
      this.#tap.answered(id, method, { error })
      throw error
    }
  }

  [Symbol.dispose](): void {
    void this.#tap.leave()
    this.#socket.terminate()
  }
}
