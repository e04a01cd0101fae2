import type { IncomingHttpHeaders } from 'node:http'
import { GatewayError } from '../../turn/error.ts'

/**
 * Throws `unsupported_media_type` for a body that is not plain JSON in UTF-8. Only `application/json` makes a browser ask before it
 * sends a page's request elsewhere, so a request with an Origin must have it; curl and old clients may leave the type out.
 */
export function checkType(headers: IncomingHttpHeaders): void {
  const type = headers['content-type']
  if (type === undefined ? headers.origin !== undefined : !isJson(type))
    throw unsupportedType('The Content-Type must be application/json, in UTF-8.')
  const encoding = headers['content-encoding']
  if (encoding !== undefined && !/^identity$/i.test(encoding))
    throw unsupportedType('The request body must not be compressed: Content-Encoding is not supported.')
}

/** Split, not matched by one pattern: that would take quadratic time for many spaces. */
function isJson(type: string): boolean {
  if (type === 'application/json') return true // as most write it
  const [name, ...parameters] = type.split(';').map((part) => part.trim().toLowerCase())
  return name === 'application/json' && parameters.every((parameter) => isHarmless(parameter))
}

/** Says nothing, or that the text is UTF-8 (ASCII is), or what no JSON has: `odata=verbose`. */
function isHarmless(parameter: string): boolean {
  return parameter.startsWith('charset')
    ? /^charset=(["']?)(utf-?8|us-ascii)\1$/.test(parameter)
    : /^([\w.+-]{1,64}=("?)[\w.+-]{1,64}\2)?$/.test(parameter)
}

const unsupportedType = (message: string) => new GatewayError('unsupported_format', message)
