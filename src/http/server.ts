import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { GatewayError } from '../turn/error.ts'
import { failureFromParser, refuse } from './raw.ts'
import { maxHeaders } from './door/shape.ts'

/** Answers a request; resolves when the answer has been handed to the connection. */
export type Handle = (req: IncomingMessage, res: ServerResponse) => Promise<unknown>

/** Milliseconds. Injectable, so that tests need not wait. */
export interface ServerTimes {
  /** For the headers, from the connection or the last answer's end. */
  headers?: number
  /** For headers and body: 32 MiB at 2.2 Mbit/s. Only those with a token are let to send one. */
  request?: number
  /** Between requests; longer than the 60 s of usual proxies, so that it is they who close. */
  keepAlive?: number
  /** For a reader that takes nothing of a finished answer. */
  stall?: number
  /** How often the first two are looked at. */
  check?: number
}

/** The HTTP server, not yet listening, with the limits of Node set and its own refusals in our words. */
export function serverFor(
  handle: Handle,
  { headers = 10_000, request = 120_000, keepAlive = 65_000, stall = 30_000, check = 1_000 }: ServerTimes = {}
): Server {
  const options = {
    headersTimeout: headers,
    requestTimeout: request,
    keepAliveTimeout: keepAlive,
    connectionsCheckingInterval: check
  }
  const server = createServer({
    ...options,
    maxHeaderSize: 16_384,
    requireHostHeader: false,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000
  })
  server.maxHeadersCount = maxHeaders + 1
  server.maxRequestsPerSocket = 1_000
  const latest = new WeakMap<Duplex, ServerResponse>()
  const answer = (req: IncomingMessage, res: ServerResponse) => {
    latest.set(req.socket, res)
    void handle(req, res).finally(() => hurry(res, stall))
  }
  server.on('request', answer).on('checkContinue', answer).on('checkExpectation', answer)
  server.on('clientError', (error, socket) => {
    const answering = latest.get(socket)
    if (!socket.writable || (answering?.headersSent && !answering.writableFinished)) socket.destroy()
    else refuse(socket, failureFromParser(error))
  })
  server.on('upgrade', (_req, socket) =>
    refuse(
      socket,
      new GatewayError('invalid_request', 'This server speaks HTTP/1.1 only.', { wireCode: 'bad_request' })
    )
  )
  server.on('connect', (_req, socket) =>
    refuse(socket, new GatewayError('method_not_allowed', 'CONNECT is not supported.'))
  )
  return server
}

/** An answer that is on its way must get there: the connection of a reader that takes nothing is closed. */
function hurry(res: ServerResponse, stallMs: number): void {
  if (!res.writableFinished && !res.destroyed) res.setTimeout(stallMs) // who began the request hears of it; Node closes the connection when nobody does
}
