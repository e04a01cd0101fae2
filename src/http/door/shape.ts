import type { IncomingMessage } from 'node:http'
import { GatewayError } from '../../turn/error.ts'
import type { GatewayMiddleware } from '../state.ts'

/** Node drops the headers beyond its limit in silence, so it is given one more than this. */
export const maxHeaders = 100

const single = new Set(['host', 'authorization', 'content-type', 'content-length'])

/** Refuses requests that two readers could understand in two ways. Node takes the first of two hosts, and a whole URL as a path. */
export function shape(): GatewayMiddleware {
  return (ctx, next) => {
    checkTarget(ctx.req)
    checkHeaders(ctx.req)
    if (ctx.method === 'TRACE') {
      ctx.set('connection', 'close')
      throw new GatewayError('unsupported_method', 'TRACE is not supported.')
    }
    return next()
  }
}

function checkTarget({ url = '', httpVersion, headers }: IncomingMessage): void {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') throw odd('The request must be HTTP/1.1.')
  if (httpVersion === '1.1' && headers.host === undefined) throw odd('The request has no Host header.') // Node would say so without a body
  if (!/^\/[!-~]*$/.test(url) || /[#\\]/.test(url)) throw odd('The request target must be a plain path.')
}

function checkHeaders({ rawHeaders, headers }: IncomingMessage): void {
  if (rawHeaders.length > 2 * maxHeaders)
    throw new GatewayError('too_large', `The request has more than ${maxHeaders} headers.`, {
      reason: 'head_too_large'
    })
  const seen = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? ''
    if (single.has(name) && seen.size === seen.add(name).size)
      throw odd(`The request has more than one ${name} header.`)
  }
  if (headers.expect !== undefined && !/^100-continue$/i.test(headers.expect))
    throw odd('The Expect header is not supported.')
}

const odd = (message: string) => new GatewayError('invalid_request', message, { reason: 'malformed' })
