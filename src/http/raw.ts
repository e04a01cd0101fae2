import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { GatewayError } from '../turn/error.ts'
import type { ErrorDialect } from './api.ts'
import { securityHeaders } from './answer/headers.ts'

/** Writes a failure where there is no `ServerResponse` to write it to, and closes the connection. */
export function refuse(
  socket: Duplex,
  error: GatewayError,
  dialect: ErrorDialect,
  extraHeaders: Readonly<Record<string, string>> = {}
): void {
  const { status, headers, body } = dialect.answer(error)
  const text = JSON.stringify(body)
  const all = {
    ...securityHeaders,
    ...headers,
    ...extraHeaders,
    'x-request-id': `req_${randomUUID().replaceAll('-', '')}`,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    connection: 'close'
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${text}`, () => socket.destroy())
}

/** What Node's parser found wrong, as ours. */
export function failureFromParser(error: NodeJS.ErrnoException): GatewayError {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new GatewayError('too_large', 'The request headers are too large.', { reason: 'head_too_large' })
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new GatewayError('too_large', 'The chunk extensions of the request body are too large.')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new GatewayError('incomplete_request', 'The request did not arrive in time.')
    default:
      return new GatewayError('invalid_request', 'The request is not valid HTTP.', { reason: 'malformed' })
  }
}
