import type { IncomingMessage } from 'node:http'
import rawBody from 'raw-body'
import { GatewayError } from '../../turn/error.ts'
import { Admission } from './admission.ts'
import type { AdmissionLimits } from './admission.ts'
import { jsonFrom } from './json.ts'
import type { JsonObject } from './json.ts'
import type { GatewayContext } from '../state.ts'

/** Reads a request's JSON body. Throws a `GatewayError` for a body that is too large, not JSON, or one too many. */
export type ReadBody = (ctx: GatewayContext) => Promise<JsonObject>

export interface BodyLimits extends Partial<AdmissionLimits> {
  /** Bytes of one body. */
  maxBytes: number
}

/** One reader for all routes: they share what all bodies together may hold. */
export function bodyReader({ maxBytes, reading = 256, totalBytes = 134_217_728 }: BodyLimits): ReadBody {
  const admission = new Admission({ reading, totalBytes: Math.max(totalBytes, maxBytes) })
  return async (ctx) => {
    checkType(ctx.req)
    const length = announced(ctx.req)
    if ((length ?? 0) > maxBytes) throw tooLarge(maxBytes)
    const place = admission.admit(length ?? maxBytes, ctx.res)
    if (ctx.req.headers.expect !== undefined) ctx.res.writeContinue()
    const bytes = await read(ctx.req, length, maxBytes)
    place.read(bytes.length)
    return jsonFrom(bytes)
  }
}

/**
 * Only `application/json` makes a browser ask before it sends a page's request elsewhere,
 * so a request with an Origin must say it; curl and old clients may leave the type out.
 */
function checkType({ headers }: IncomingMessage): void {
  const type = headers['content-type']
  if (
    type === undefined ? headers.origin !== undefined : !/^application\/json *(; *(charset="?utf-8"?)? *)?$/i.test(type)
  ) {
    throw unsupportedType('The Content-Type must be application/json, in UTF-8.')
  }
  const encoding = headers['content-encoding']
  if (encoding !== undefined && !/^identity$/i.test(encoding))
    throw unsupportedType('The request body must not be compressed: Content-Encoding is not supported.')
}

const unsupportedType = (message: string) => new GatewayError('unsupported_media_type', message)
const tooLarge = (maxBytes: number) =>
  new GatewayError('too_large', `The request body is larger than ${maxBytes} bytes.`)

function announced({ headers }: IncomingMessage): number | undefined {
  return headers['content-length'] === undefined ? undefined : Number(headers['content-length'])
}

async function read(req: IncomingMessage, length: number | undefined, limit: number): Promise<Buffer> {
  try {
    return await rawBody(req, { length, limit })
  } catch (error) {
    if ((error as rawBody.RawBodyError).type === 'entity.too.large') throw tooLarge(limit)
    throw new GatewayError('request_timeout', 'The request body did not arrive whole.', { cause: error })
  }
}
