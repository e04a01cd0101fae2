import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'

/** Connections that send on while their answer is not read. Beyond it the first of them is closed: usual clients do not pipeline. */
const maxWaiting = 256
/** Bytes of a body that are parsed at once even where they look like the end of a request. */
const bodySlice = 256

const headEnd = Buffer.from('\r\n\r\n') // looked for in half the time that a text takes
/** What POST, PUT and PATCH begin with. */
const letterP = 0x50

type Parse = (chunk: Buffer) => void

/**
 * Handles the requests of a connection one after another. Node (20 to 24) parses all it has read, up to 64 KiB, and begins every
 * request in it, a thousand and more; their answers wait in memory, and those behind the first never emit `close`. So its parser
 * is given one request at a time, and the next one when that is answered.
 */
export class Pipelines {
  readonly #pipelines = new WeakMap<Duplex, Pipeline>()
  readonly #ready = new Set<Pipeline>()
  readonly #waiting = new Set<Pipeline>()

  /** Takes a new connection over from the HTTP server, which has just attached its parser to it. */
  attach(socket: Socket): void {
    const [parse] = socket.listeners('data') as Parse[]
    if (!parse) return
    const pipeline = new Pipeline(socket, parse, this)
    this.#pipelines.set(socket, pipeline)
    socket.off('data', parse).on('data', pipeline.read)
    socket.once('close', () => this.#forget(pipeline))
  }

  /** A request has been parsed: `handle` is called when those before it on its connection are answered. */
  begin(req: IncomingMessage, res: ServerResponse, handle: () => void): void {
    this.#pipelines.get(req.socket)?.begin(req, res, handle)
  }

  /** The answer that a connection waits for. */
  answering(socket: Duplex): ServerResponse | undefined {
    return this.#pipelines.get(socket)?.answering
  }

  /** The HTTP server has let go of the connection: nothing more is parsed. */
  detach(socket: Duplex): void {
    this.#pipelines.get(socket)?.detach()
  }

  /** A connection has sent more, which waits for an answer to go out. */
  wait(pipeline: Pipeline): void {
    this.#waiting.add(pipeline)
    const [first] = this.#waiting
    if (this.#waiting.size > maxWaiting) first?.close()
  }

  /** An answer is out, so what waits behind it is scheduled. */
  schedule(pipeline: Pipeline): void {
    this.#waiting.delete(pipeline)
    if (this.#ready.size === 0) setImmediate(this.#turn)
    this.#ready.add(pipeline)
  }

  #forget(pipeline: Pipeline): void {
    this.#ready.delete(pipeline)
    this.#waiting.delete(pipeline)
    pipeline.detach()
  }

  /** One pipelined request in each turn of the event loop, whatever the number of connections: others do not wait for more. */
  readonly #turn = (): void => {
    const [pipeline] = this.#ready
    if (!pipeline) return
    this.#ready.delete(pipeline)
    if (this.#ready.size > 0) setImmediate(this.#turn)
    pipeline.next()
  }
}

/** The requests of one connection. */
class Pipeline {
  readonly #socket: Socket
  readonly #all: Pipelines
  #parse: Parse | undefined
  /** The latest request, which may still be coming. */
  #incoming: IncomingMessage | undefined
  #answering: ServerResponse | undefined
  /** Requests that came in one slice with the end of a body. */
  #queued: { res: ServerResponse; handle: () => void }[] = []
  /** It is paused by us, and not by the HTTP server. */
  #paused = false

  constructor(socket: Socket, parse: Parse, all: Pipelines) {
    this.#socket = socket
    this.#parse = parse
    this.#all = all
  }

  get answering(): ServerResponse | undefined {
    return this.#answering
  }

  readonly read = (chunk: Buffer): void => {
    this.#paused = false
    let at = 0
    while (at < chunk.length && this.#mayParse()) {
      const end = this.#endOfSlice(chunk, at)
      this.#parse?.call(this.#socket, end - at === chunk.length ? chunk : chunk.subarray(at, end))
      at = end
    }
    if (at === chunk.length) return
    if (!this.#parse) this.#socket.unshift(chunk.subarray(at)) // for the one that has taken the connection over
    else if (this.#socket.writable) this.#putBack(chunk.subarray(at))
  }

  begin(req: IncomingMessage, res: ServerResponse, handle: () => void): void {
    this.#incoming = req
    if (this.#answering) this.#queued.push({ res, handle })
    else this.#handle(res, handle)
  }

  /** Continues with what waits; called by `Pipelines`, one connection at a time. */
  next(): void {
    const queued = this.#queued.shift()
    if (queued) this.#handle(queued.res, queued.handle)
    if (!this.#paused || !this.#wantsMore) return
    this.#paused = false
    this.#socket.resume()
  }

  close(): void {
    this.#socket.destroy()
  }

  detach(): void {
    this.#parse = undefined
    this.#socket.off('data', this.read)
    this.#queued = []
  }

  #handle(res: ServerResponse, handle: () => void): void {
    this.#answering = res
    res.once('close', () => {
      this.#answering = undefined
      if (this.#queued.length > 0) this.#socket.setTimeout(0) // Node does so only where it knows of no further request
      if (this.#queued.length > 0 || this.#paused) this.#all.schedule(this)
    })
    handle()
  }

  /** The remainder of a request that has begun, and another one only when nothing is unanswered. */
  #mayParse(): boolean {
    if (!this.#parse || !this.#socket.writable || this.#socket.isPaused()) return false
    return this.#wantsMore
  }

  /** The body of a queued request waits, too: the slice with its end would begin the next request. */
  get #wantsMore(): boolean {
    return this.#queued.length === 0 && (this.#isInBody || !this.#answering)
  }

  get #isInBody(): boolean {
    return this.#incoming?.complete === false
  }

  /** To the end of a request's head, if it is there; of one behind which only a body seems to come, to the end of all: to parse twice takes longer. */
  #endOfSlice(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(headEnd, this.#isInBody ? at + bodySlice : at)
    if (end === -1) return chunk.length
    const hasBody = !this.#isInBody && chunk[at] === letterP
    return hasBody && chunk.indexOf(headEnd, end + 4) === -1 ? chunk.length : end + 4
  }

  /** Puts bytes back, to be read again. */
  #putBack(rest: Buffer): void {
    if (!this.#socket.isPaused()) {
      this.#paused = true
      this.#socket.pause()
    }
    this.#socket.unshift(rest)
    this.#all.wait(this)
  }
}
