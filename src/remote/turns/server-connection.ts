import { once } from 'node:events'
import type { WebSocket } from 'ws'
import { answerTo } from '../../codex/app-server/answers.ts'
import { JsonRpc } from '../../codex/wire/json-rpc.ts'

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
  /** Rejects with `Disconnected` when the connection is gone. */
  readonly lost: Promise<never>

  constructor(socket: WebSocket, notified: (method: string, params: unknown) => void) {
    this.#socket = socket
    this.#rpc = new JsonRpc((line) => socket.send(line), {
      notified,
      asked: (method, _params, answer) => answer(answerTo(method))
    })
    socket.on('message', (data: Buffer) => this.#rpc.receive(data.toString()))
    socket.on('error', () => {}) // its close follows
    this.lost = once(socket, 'close').then(() => {
      const error = new Disconnected('The connection to the app-server was lost.')
      this.#rpc.close(error)
      throw error
    })
    this.lost.catch(() => {})
  }

  /** The handshake. */
  async open(): Promise<void> {
    await Promise.race([once(this.#socket, 'open'), this.lost])
    const clientInfo = { name: 'codex-gateway-turns', title: 'Codex Gateway', version: '1' }
    await this.request('initialize', { clientInfo, capabilities: { experimentalApi: true } })
    this.#rpc.notify('initialized')
  }

  /** Rejects with `RpcError`, `RpcTimeout` or `Disconnected`. */
  request(method: string, params: unknown): Promise<unknown> {
    return this.#rpc.request(method, params, patience)
  }

  [Symbol.dispose](): void {
    this.#socket.terminate()
  }
}
