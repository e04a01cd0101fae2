import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { GatewayError } from '../turn/error.ts'
import { limitStall } from './answer/stall.ts'
import { Pipelines } from './pipeline.ts'
import type { ErrorDialect } from './api.ts'
import { failureFromParser, refuse } from './raw.ts'
import { maxHeaders } from './door/shape.ts'
import { giveBack } from './give-back.ts'

/** Takes over the connection of a request that offers to upgrade it. False for an offer that is not served: it is ignored then. */
export type TakeOver = (req: IncomingMessage, socket: Duplex, head: Buffer) => boolean

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
  /** For a reader that takes nothing of an answer. */
  stall?: number
  /** How often the first two are looked at. */
  check?: number
}

/** The HTTP server, not yet listening, with the limits of Node set. What Node itself would refuse is refused in `dialect`. */
export function serverFor(
  handle: Handle,
  dialect: ErrorDialect,
  { headers = 10_000, request = 120_000, keepAlive = 65_000, stall = 30_000, check = 1_000 }: ServerTimes = {},
  takeOver?: TakeOver
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
  const pipelines = new Pipelines()
  const answer = (req: IncomingMessage, res: ServerResponse) => {
    pipelines.begin(req, res, () => void handle(req, res).finally(() => limitStall(res, stall)))
  }
  server.on('connection', (socket) => pipelines.attach(socket))
  server.on('request', answer).on('checkContinue', answer).on('checkExpectation', answer)
  server.on('clientError', (error, socket) => {
    const answering = pipelines.answering(socket)
    if (!socket.writable || (answering?.headersSent && !answering.writableFinished)) socket.destroy()
    else refuse(socket, failureFromParser(error), dialect)
  })
  // Without a listener Node itself ignores every offer to upgrade, as RFC 9110 (7.8) allows.
  if (takeOver)
    server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
      pipelines.detach(socket)
      if (!takeOver(req, socket, head)) giveBack(server, req, socket as Socket, head)
    })
  server.on('connect', (_req, socket) => {
    pipelines.detach(socket)
    refuse(socket, new GatewayError('unsupported_method', 'CONNECT is not supported.'), dialect)
  })
  return server
}
