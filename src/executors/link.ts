import type { WebSocket } from 'ws'
import { Pace } from '../http/socket/pace.ts'
import { pulse } from '../http/socket/pulse.ts'

/** Codes with which a link closes. */
export const linkClosing = { normal: 1_000, policy: 1_008, restart: 1_012, stalled: 1_013, replaced: 4_000 }

/** What an executor is connected as. */
export interface ExecutorAbout {
  workspace: string
  executor: string
  principal: string
  address: string | undefined
}

/** An executor's connection. It is one session of codex, so it is joined with one connection of app-server and ends with that. */
export class ExecutorLink {
  readonly about: ExecutorAbout
  /** Of the registration under which it came, in milliseconds: a later one replaces it. */
  readonly registered: number
  /** Unix milliseconds. */
  readonly since = Date.now()
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>
  readonly #socket: WebSocket
  #isJoined = false
  #bytes = 0

  constructor(socket: WebSocket, about: ExecutorAbout, registered: number) {
    this.#socket = socket
    this.about = about
    this.registered = registered
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => {}) // its close follows
    socket.on('message', () => this.#isJoined || this.close('policy', 'Nothing was asked yet.'))
    pulse(socket)
  }

  /** Whether an app-server may be joined with it. */
  get isFree(): boolean {
    return !this.#isJoined && this.#socket.readyState === this.#socket.OPEN
  }

  /** Bytes that have passed through it, both ways. */
  get bytes(): number {
    return this.#bytes
  }

  /** Passes everything on as it is, between the executor and an app-server, until either closes; then the other is closed. */
  join(server: WebSocket): void {
    this.#isJoined = true
    const executor = this.#socket
    const stalled = () => {
      this.close('stalled', 'The other side does not read.')
      server.close(linkClosing.stalled)
    }
    const [toServer, toExecutor] = [new Pace(executor, server, stalled), new Pace(server, executor, stalled)]
    const pass = (pace: Pace) => (data: Buffer) => {
      this.#bytes += data.length
      pace.send(data)
    }
    executor.on('message', pass(toServer))
    server.on('message', pass(toExecutor)).on('error', () => {})
    server.once('close', () => {
      for (const pace of [toServer, toExecutor]) pace.end()
      this.close('normal', 'The app-server has left.')
    })
    executor.once('close', () => {
      for (const pace of [toServer, toExecutor]) pace.end()
      ended(server, linkClosing.restart, 'The executor has left.')
    })
    pulse(server)
  }

  close(reason: keyof typeof linkClosing, sentence: string): void {
    ended(this.#socket, linkClosing[reason], sentence)
  }
}

/** Milliseconds for a close to be answered. */
const patience = 5_000

function ended(socket: WebSocket, code: number, sentence: string): void {
  if (socket.readyState === socket.CLOSED) return
  socket.resume() // else its close is never read
  socket.close(code, sentence)
  const timer = setTimeout(() => socket.terminate(), patience)
  socket.once('close', () => clearTimeout(timer))
}
