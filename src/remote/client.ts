import { setTimeout as sleep } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import { pulse } from '../http/socket/pulse.ts'
import { GatewayError } from '../turn/error.ts'
import type { SharedAppServer } from '../workspaces/shared/shared-app-server.ts'
import type { Seat } from '../workspaces/shared/shared-codex.ts'
import type { Workspace } from '../workspaces/workspace.ts'
import { usualTimes } from './client-times.ts'
import type { ClientTimes } from './client-times.ts'
import { closing, closingSentences } from './closing.ts'
import { contextOf } from './filter/context-of.ts'
import { code, failed, warning } from './filter/message.ts'
import { initializeFrom, withoutNeeded } from './handshake.ts'
import type { Initialize } from './handshake.ts'
import { messageFrom } from './read-message.ts'
import type { Meter } from './metering/meter.ts'
import { Tap } from './metering/tap.ts'
import type { Caller } from './metering/turn-request.ts'
import { Relay } from './relay.ts'
import { warnOfTooLong } from './too-long.ts'

/** Takes a line for the log. */
export type Note = (fields: object, message: string) => void

export interface ClientOptions {
  socket: WebSocket
  /** Resolves to its workspace when that is built. */
  workspace: () => Promise<Workspace>
  /** Who it is, for the log. */
  about: { workspace: string; principal: string; address: string | undefined }
  note: Note
  counts: { joined: number; refused: number }
  /** Where its turns are accounted for. */
  meterOf: (server: SharedAppServer, workspace: string) => Meter
  caller: Caller
  /** The models that it may use; all when left out. */
  models?: readonly string[] | undefined
  times?: Partial<ClientTimes> | undefined
}

/** What may wait until app-server is there. */
const early = { messages: 64, bytes: 1_048_576 }

/** One client's connection. It comes and goes; turns go on without it. */
export class Client {
  readonly #socket: WebSocket
  readonly #options: ClientOptions
  readonly #times: ClientTimes
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>
  #initialize: Initialize | undefined
  #relay: Relay | undefined
  /** Whether `initialize` is answered. */
  #isJoined = false
  #waiting: Buffer[] = []
  #isClosing = false
  /** Why no turn may begin. */
  #refusal: string | undefined

  constructor(options: ClientOptions) {
    this.#options = options
    this.#socket = options.socket
    this.#times = { ...usualTimes, ...options.times }
    this.closed = new Promise((resolve) => this.#socket.once('close', () => resolve()))
    this.#socket.on('error', () => {}) // its close follows
    this.#socket.on('message', (data: Buffer, isBinary) => this.#received(data, isBinary))
    warnOfTooLong(this.#socket, (message) => this.#send(message))
    pulse(this.#socket, this.#times.ping)
    this.#after(this.#times.join, () => this.#isJoined || this.close('full', closingSentences.notInTime))
  }

  /** Tells the client why, in a way that it shows, and closes: the TUI shows nothing of a close itself (codex-cli 0.169). */
  close(reason: keyof typeof closing, sentence: string): void {
    if (this.#isClosing || this.#socket.readyState !== this.#socket.OPEN) return
    this.#isClosing = true
    const { id } = this.#initialize ?? {}
    this.#send(this.#isJoined || id === undefined ? warning(sentence) : failed(id, code.server, sentence))
    this.#socket.close(closing[reason], shortened(sentence))
    this.#socket.resume() // else its answer to that is never read
    this.#after(this.#times.close, () => this.#socket.terminate())
    this.#options.note({ ...this.#options.about, reason: sentence }, 'a remote client is disconnected')
  }

  /** Sends the client a message that it shows. False while that is not possible. */
  warn(sentence: string): boolean {
    if (!this.#isJoined || this.#isClosing) return false
    this.#send(warning(sentence))
    return true
  }

  /** Lets no more turns begin, and tells the client why; those at work go on. */
  refuseTurns(sentence: string): void {
    this.#refusal = sentence
    this.warn(sentence)
  }

  #received(data: Buffer, isBinary: boolean): void {
    if (this.#isClosing) return
    if (isBinary) return this.close('protocol', closingSentences.binary)
    if (this.#relay) return this.#relay.received(data)
    if (this.#initialize) return this.#keep(data)
    const message = data.length > early.bytes ? undefined : messageFrom(data)
    this.#initialize = message && initializeFrom(message)
    if (this.#initialize) void this.#join(this.#initialize)
    else this.close('protocol', closingSentences.noInitialize)
  }

  async #join(first: Initialize): Promise<void> {
    const { workspace: find, note } = this.#options
    let seat: Seat | undefined
    try {
      const workspace = await find()
      seat = await workspace.shared?.join()
      if (!seat) throw new GatewayError('unsupported', 'This workspace has no remote clients.')
      if (this.#socket.readyState === this.#socket.OPEN) await this.#stay(seat, workspace, first)
    } catch (error) {
      const isOurs = error instanceof GatewayError
      this.close('full', isOurs ? error.message : closingSentences.failed)
      if (!isOurs) note({ error: error instanceof Error ? error.message : '' }, 'a remote client could not join')
    } finally {
      await seat?.[Symbol.asyncDispose]()
    }
  }

  /** Resolves when either side has closed. */
  async #stay({ server }: Seat, workspace: Workspace, first: Initialize): Promise<void> {
    const { meterOf, caller } = this.#options
    const upstream = server.dial()
    let why: string = closingSentences.severed
    const gone = new Promise((resolve) => upstream.once('close', resolve))
    upstream.on('error', ({ code: reason }: NodeJS.ErrnoException) => {
      if (reason === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') why = closingSentences.tooLongAnswer
    }) // its close follows
    const meter = meterOf(server, workspace.id)
    const tap = new Tap({ meter, caller, warn: (sentence) => void this.warn(sentence) })
    const leave = () => this.close('restart', String(server.leaving.reason))
    server.leaving.addEventListener('abort', leave)
    upstream.once('open', () => this.#begin(upstream, { workspace, first, tap }))
    await Promise.race([gone, this.closed])
    await Promise.race([this.closed, sleep(ending)]) // where all of it has ended, that says why
    this.close('restart', why)
    server.leaving.removeEventListener('abort', leave)
    this.#relay?.end()
    upstream.resume()
    void Promise.race([gone, tap.leave()]).then(() => upstream.terminate())
  }

  #begin(server: WebSocket, { workspace, first: asked, tap }: Joining): void {
    const { about, note, counts, models } = this.#options
    const { first, hidden } = withoutNeeded(asked)
    this.#relay = new Relay({
      ...{ client: this.#socket, server, context: { ...contextOf(workspace), ...(models && { models }) }, tap, hidden },
      stall: this.#times.stall,
      refusal: () => this.#refusal,
      close: (reason, sentence) => this.close(reason, sentence),
      refused: (method) => {
        counts.refused++
        note({ ...about, method: method.slice(0, 100) }, 'a method of a remote client is refused')
      }
    })
    server.once('message', () => {
      this.#isJoined = true
      counts.joined++
      const { name, version } = first.params.clientInfo
      note({ ...about, client: name, version }, 'a remote client has joined')
      void this.closed.then(() => note({ ...about }, 'a remote client has left'))
    })
    this.#relay.begin(first)
    for (const data of this.#waiting.splice(0)) this.#relay.received(data)
  }

  /** For when app-server is there. One that sends too much before is not let in. */
  #keep(data: Buffer): void {
    this.#waiting.push(data)
    const bytes = this.#waiting.reduce((sum, { length }) => sum + length, 0)
    if (this.#waiting.length > early.messages || bytes > early.bytes) this.close('policy', closingSentences.early)
  }

  #send(message: object): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  #after(milliseconds: number, action: () => void): void {
    const timer = setTimeout(action, milliseconds)
    void this.closed.then(() => clearTimeout(timer))
  }
}

interface Joining {
  workspace: Workspace
  first: Initialize
  tap: Tap
}

/** Milliseconds from the end of a connection to app-server until it is known that app-server has ended. */
const ending = 200

/** A close frame has room for 123 bytes. */
const shortened = (reason: string) => reason.replace(/[^\x20-\x7e]/g, '?').slice(0, 120)
