import { GatewayError } from '../../turn/error.ts'
import type { Refusal, RequestHead } from './verdict.ts'

/** Node drops the headers beyond its limit in silence, so it is given one more than this. */
export const maxHeaders = 100

/** A token of RFC 9110. The parser of Node 20.19 also passes names that are empty or hold a space. */
const isName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/

const single = new Set(['host', 'authorization', 'content-type', 'content-length'])

/** Refuses requests that two parsers could read in two ways. Node takes the first of two hosts, and a complete URL as a path. */
export function shapeRefusal(head: RequestHead): Refusal | undefined {
  const error = targetError(head) ?? headersError(head)
  return error && { error }
}

function targetError({ url = '', httpVersion, headers }: RequestHead): GatewayError | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return malformed('The request must be HTTP/1.1.')
  if (httpVersion === '1.1' && headers.host === undefined) return malformed('The request has no Host header.') // Node's own refusal has no body
  if (!/^\/[!-~]*$/.test(url) || /[#\\]/.test(url)) return malformed('The request target must be a plain path.')
  return undefined
}

function headersError({ rawHeaders, headers }: RequestHead): GatewayError | undefined {
  if (rawHeaders.length > 2 * maxHeaders)
    return new GatewayError('too_large', `The request has more than ${maxHeaders} headers.`, {
      reason: 'head_too_large'
    })
  const seen = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? ''
    if (!isName.test(name)) return malformed('The name of a header is empty or has a character that no name may have.')
    if (single.has(name) && seen.size === seen.add(name).size)
      return malformed(`The request has more than one ${name} header.`)
  }
  if (headers.expect !== undefined && !/^100-continue$/i.test(headers.expect))
    return malformed('The Expect header is not supported.')
  return undefined
}

const malformed = (message: string) => new GatewayError('invalid_request', message, { reason: 'malformed' })
