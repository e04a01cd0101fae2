import { once } from 'node:events'
import { WebSocket } from 'ws'
import { Changes } from '../support/changes.ts'

export interface RpcMessage {
  id?: number | string
  method?: string
  params?: Record<string, unknown>
  result?: Record<string, unknown>
  error?: { code: number; message: string }
}

/** A client that says what a test wants, and not what the TUI would. */
export interface RawClient extends AsyncDisposable {
  readonly socket: WebSocket
  /** Everything it has been sent so far. */
  readonly said: RpcMessage[]
  readonly send: (message: object | string) => void
  /** Resolves with the answer, a failure too. */
  readonly ask: (method: string, params?: unknown) => Promise<RpcMessage>
  /** The same, but rejects with a failure. */
  readonly request: (method: string, params?: unknown) => Promise<Record<string, unknown>>
  /** Resolves with the first message that fits. */
  readonly heard: (fits: (message: RpcMessage) => boolean) => Promise<RpcMessage>
  /** Resolves when it has been closed. */
  readonly closed: Promise<{ code: number; reason: string }>
}

/** Connects, and does no more. Rejects with the status where it is not let in. */
export async function connectRaw(url: string, token: string | undefined, headers = {}): Promise<RawClient> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const socket = new WebSocket(url, { headers: { ...authorization, ...headers }, perMessageDeflate: false })
  const said: RpcMessage[] = []
  const changes = new Changes()
  socket.on('message', (data: Buffer) => {
    said.push(JSON.parse(data.toString()) as RpcMessage)
    changes.happened()
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => {
      resolve({ code, reason: reason.toString() })
      changes.happened()
    })
  })
  await once(socket, 'open')
  const send = (message: object | string) =>
    socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  const heard = async (fits: (message: RpcMessage) => boolean) => {
    await changes.until(() => said.some(fits) || socket.readyState === socket.CLOSED)
    const found = said.find(fits)
    if (!found) throw new Error(`closed before it came; it said ${JSON.stringify(said).slice(0, 2_000)}`)
    return found
  }
  let asked = 0
  const ask = (method: string, params?: unknown) => {
    const id = `${++asked}`
    send({ id, method, ...(params !== undefined && { params }) })
    return heard((message) => message.id === id && message.method === undefined)
  }
  return {
    ...{ socket, said, send, heard, ask, closed },
    async request(method, params) {
      const { result, error } = await ask(method, params)
      if (error) throw new Error(`${method}: ${error.message}`)
      return result ?? {}
    },
    async [Symbol.asyncDispose]() {
      socket.terminate()
      await closed
    }
  }
}

/** Connects and is initialized. */
export async function joinRaw(url: string, token: string): Promise<RawClient> {
  const client = await connectRaw(url, token)
  const capabilities = { experimentalApi: true }
  await client.request('initialize', { clientInfo: { name: 'raw', version: '1' }, capabilities })
  client.send({ method: 'initialized' })
  return client
}
