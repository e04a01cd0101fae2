import { once } from 'node:events'
import { WebSocket } from 'ws'

/** Where an app-server is reached, or a gateway in front of one. */
export interface Address {
  /** `ws://HOST:PORT` */
  url: string
  token: string
}

/** A client of app-server that looks at no more of a message than it must. */
export class Connection implements Disposable {
  readonly #socket: WebSocket
  readonly #answers = new Map<string, (answer: Buffer) => void>()
  #asked = 0
  /** Called with the beginning of each message that answers nothing. */
  notified = (_start: string) => {}

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data: Buffer) => this.#received(data))
  }

  /** Connects, and resolves when `initialize` is answered. */
  static async open({ url, token }: Address): Promise<Connection> {
    const headers = { authorization: `Bearer ${token}` }
    const socket = new WebSocket(url, { headers, perMessageDeflate: false, maxPayload: 134_217_728 })
    await once(socket, 'open')
    const connection = new Connection(socket)
    const clientInfo = { name: 'bench', version: '1' }
    await connection.ask('initialize', { clientInfo, capabilities: { experimentalApi: true } })
    socket.send('{"method":"initialized"}')
    return connection
  }

  /** Resolves with the answer, which may be a failure. */
  ask(method: string, params: object): Promise<Buffer> {
    const id = `bench-${++this.#asked}`
    const answer = new Promise<Buffer>((resolve) => this.#answers.set(id, resolve))
    this.#socket.send(JSON.stringify({ id, method, params }))
    return answer
  }

  /** Resolves with the result; rejects with a failure. */
  async request<T>(method: string, params: object): Promise<T> {
    const { result, error } = JSON.parse((await this.ask(method, params)).toString()) as Answer<T>
    if (error) throw new Error(`${method}: ${error.message}`)
    return result
  }

  [Symbol.dispose](): void {
    this.#socket.terminate()
  }

  /** The id of an answer stands at one of its ends. */
  #received(data: Buffer): void {
    const [start, end] = [data.toString('latin1', 0, 200), data.toString('latin1', Math.max(0, data.length - 40))]
    const id = /^\{"id":"(bench-\d+)"/.exec(start)?.[1] ?? /"id":"(bench-\d+)"\}$/.exec(end)?.[1]
    if (id === undefined) return this.notified(start)
    this.#answers.get(id)?.(data)
    this.#answers.delete(id)
  }
}

interface Answer<T> {
  result: T
  error?: { message: string }
}
