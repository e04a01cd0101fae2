/** What the other side answered instead of a result. Its message is its own: not for callers. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** A call that was not answered in its time. */
export class RpcTimeout extends Error {
  override readonly name = 'RpcTimeout'
}

export type Reply = { result: unknown } | { error: { code: number; message: string } }

export interface RpcHandlers {
  notified: (method: string, params: unknown) => void
  /** The other side asks, and waits until `answer` is called. */
  asked: (method: string, params: unknown, answer: (reply: Reply) => void) => void
}

interface Call {
  resolve: (result: unknown) => void
  reject: (error: Error) => void
  timer: NodeJS.Timeout
}

interface Message {
  id?: unknown
  method?: unknown
  params?: unknown
  result?: unknown
  error?: { code?: unknown; message?: unknown } | null
}

/** One end of a JSON-RPC conversation in lines, as codex app-server holds it: without the `jsonrpc` field. */
export class JsonRpc {
  readonly #write: (line: string) => void
  readonly #handlers: RpcHandlers
  readonly #calls = new Map<unknown, Call>()
  #lastId = 0
  #closed: Error | undefined

  constructor(write: (line: string) => void, handlers: RpcHandlers) {
    this.#write = write
    this.#handlers = handlers
  }

  /** Rejects with `RpcError`, with `RpcTimeout` after `patience` milliseconds, or with what `close` was given. */
  request(method: string, params: unknown, patience: number): Promise<unknown> {
    if (this.#closed) return Promise.reject(this.#closed)
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#calls.delete(id)
        reject(new RpcTimeout(`${method} was not answered within ${patience} ms`))
      }, patience)
      this.#calls.set(id, { resolve, reject, timer })
      this.#send({ id, method, params })
    })
  }

  notify(method: string, params?: unknown): void {
    this.#send({ method, params })
  }

  receive(line: string): void {
    const message = messageFrom(line)
    if (message === undefined) return
    if (typeof message.method !== 'string') this.#settle(message)
    else if (message.id === undefined) this.#handlers.notified(message.method, message.params)
    else this.#handlers.asked(message.method, message.params, (reply) => this.#send({ id: message.id, ...reply }))
  }

  /** Ends the call whose answer cannot be read. */
  fail(id: unknown, error: Error): void {
    this.#take(id)?.reject(error)
  }

  /** Fails every call that waits, and all to come. */
  close(reason: Error): void {
    this.#closed ??= reason
    for (const id of [...this.#calls.keys()]) this.fail(id, reason)
  }

  /** An id that no call of ours has, or no longer has, is let go. */
  #settle({ id, result, error }: Message): void {
    const call = this.#take(id)
    if (!error) call?.resolve(result)
    else call?.reject(new RpcError(Number(error.code), String(error.message)))
  }

  #take(id: unknown): Call | undefined {
    const call = this.#calls.get(id)
    if (call === undefined) return undefined
    clearTimeout(call.timer)
    this.#calls.delete(id)
    return call
  }

  #send(message: object): void {
    if (!this.#closed) this.#write(`${JSON.stringify(message)}\n`)
  }
}

function messageFrom(line: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
