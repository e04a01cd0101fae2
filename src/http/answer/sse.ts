import type { ServerResponse } from 'node:http'
import { answerHeaders } from './headers.ts'
import { limitStall } from './stall.ts'
import type { GatewayContext } from '../state.ts'

/** What is sent when there has been nothing to send for long: an event without content, or a comment, which some clients do not count as data and some cannot parse. */
export type KeepAliveStyle = 'chunk' | 'comment' | 'off'

export interface SseOptions {
  /** The data of an event without content; without it no keep-alive is sent. */
  keepAlive?: () => string
  /** The name of that event. */
  keepAliveEvent?: string
  /** `chunk` when left out. */
  keepAliveStyle?: KeepAliveStyle
  /** Milliseconds without an event before a keep-alive. */
  silenceMs?: number
  /** Milliseconds without progress of a reader before its connection, and with it the turn, is ended. */
  stallMs?: number
  /** Bytes buffered for a slow reader before `send` returns a promise. A stream buffers this and one event more. */
  bufferBytes?: number
}

/** Milliseconds without data that no usual proxy or client takes for a lost connection. */
export const keepAliveMs = 15_000

/** Characters at which events of one tick, which are written together, go out at once. A chunk of the response costs three writes. */
const batchLength = 16_384

/** Opens an event stream. Headers go out at once, with the events that there are, so this is called when the turn is known to work; see `untilOutput`. */
export function openSse(ctx: GatewayContext, options: SseOptions = {}): SseStream {
  ctx.respond = false
  ctx.status = 200
  ctx.set({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no'
  })
  answerHeaders(ctx)
  return new SseStream(ctx.res, options)
}

/** A stream of server-sent events. Leaving its scope without `end` breaks the connection, which every client takes for a failure. */
export class SseStream implements AsyncDisposable {
  readonly #res: ServerResponse
  readonly #options: SseOptions & Required<Pick<SseOptions, 'silenceMs' | 'stallMs' | 'bufferBytes'>>
  #unwritten = ''
  #lastWrite = performance.now()
  #silence: NodeJS.Timeout | undefined
  #drained: Promise<void> | undefined
  #release = () => {}

  constructor(
    res: ServerResponse,
    { silenceMs = keepAliveMs, stallMs = 30_000, bufferBytes = 262_144, ...options }: SseOptions
  ) {
    this.#res = res
    this.#options = { ...options, silenceMs, stallMs, bufferBytes }
    this.#res.on('drain', () => this.#release())
    this.#res.once('close', () => this.#close())
    process.nextTick(this.#open) // after the events that wait already
    if (options.keepAlive && options.keepAliveStyle !== 'off') this.#watchSilence(silenceMs)
  }

  /**
   * Writes one event. `data` is one line: JSON, or `[DONE]`. `event` names it, for the Responses API.
   * Returns a promise to await only when the reader is behind. After the connection closed it does nothing.
   */
  send(data: string, event?: string): Promise<void> | undefined {
    return this.#write(event === undefined ? `data: ${data}\n\n` : `event: ${event}\ndata: ${data}\n\n`)
  }

  /** Writes events that are complete: each with its fields and the blank line after it. Returns as `send` does. */
  sendText(events: string): Promise<void> | undefined {
    return this.#write(events)
  }

  #write(text: string): Promise<void> | undefined {
    if (this.#res.destroyed || this.#res.writableEnded) return undefined
    this.#lastWrite = performance.now()
    if (this.#unwritten === '') process.nextTick(this.#flush)
    this.#unwritten += text
    if (this.#unwritten.length >= batchLength) this.#flush()
    return this.#res.writableLength < this.#options.bufferBytes ? undefined : (this.#drained ??= this.#drain())
  }

  /** Ends the stream, after a last event if there is one, and resolves when the reader has it all or is gone. */
  async end(data?: string): Promise<void> {
    if (data !== undefined) void this.send(data)
    const res = this.#res
    clearTimeout(this.#silence)
    if (res.destroyed) return
    const closed = new Promise<void>((resolve) => res.once('close', resolve).once('finish', resolve))
    this.#flush()
    res.end()
    limitStall(res, this.#options.stallMs)
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#res.writableEnded) this.#res.destroy()
  }

  /** A write of its own for the headers would wake the client for nothing. */
  readonly #open = (): void => {
    this.#flush()
    if (!this.#res.headersSent && !this.#res.destroyed) this.#res.flushHeaders()
  }

  readonly #flush = (): void => {
    const text = this.#unwritten
    this.#unwritten = ''
    if (text !== '' && !this.#res.destroyed) this.#res.write(oneLinePerField(text))
  }

  async #drain(): Promise<void> {
    this.#flush()
    const unlimit = limitStall(this.#res, this.#options.stallMs)
    await new Promise<void>((resolve) => (this.#release = resolve))
    unlimit()
    this.#drained = undefined
  }

  #close(): void {
    clearTimeout(this.#silence)
    this.#release()
  }

  /** One timer for the stream: it checks when it is due, instead of being restarted by every event. */
  #watchSilence(ms: number): void {
    this.#silence = setTimeout(() => {
      const left = this.#options.silenceMs - (performance.now() - this.#lastWrite)
      if (left <= 0) this.#keepAlive()
      this.#watchSilence(left > 0 ? left : this.#options.silenceMs)
    }, ms)
  }

  #keepAlive(): void {
    const { keepAlive, keepAliveEvent, keepAliveStyle } = this.#options
    if (this.#drained || !keepAlive) return
    if (keepAliveStyle === 'comment') void this.#write(': keep-alive\n\n') // Continue's parser takes ": ping" for the end
    else void this.send(keepAlive(), keepAliveEvent)
  }
}

const escapes: Readonly<Record<string, string>> = { '\u0085': '\\u0085', '\u2028': '\\u2028', '\u2029': '\\u2029' }

/**
 * Escapes the line ends of Unicode, which stand only inside of JSON strings: readers that split lines as Python's `splitlines`
 * does would cut an event at them. `includes` takes a third of the time of a regular expression, which most events need not pay.
 */
function oneLinePerField(events: string): string {
  const needed = events.includes('\u0085') || events.includes('\u2028') || events.includes('\u2029')
  return needed ? events.replaceAll(/[\u0085\u2028\u2029]/g, (end) => escapes[end] ?? end) : events
}
