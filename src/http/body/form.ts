import type { IncomingHttpHeaders } from 'node:http'
import { GatewayError } from '../../turn/error.ts'

/** The fields of a `multipart/form-data` body. Throws a `GatewayError` for what is none. */
export async function formFrom(bytes: Buffer, headers: IncomingHttpHeaders): Promise<FormData> {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers
  if (!/^multipart\/form-data\s*;/i.test(type) || encoding !== 'identity')
    throw new GatewayError('unsupported_format', 'The Content-Type must be multipart/form-data, not compressed.')
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData()
  } catch (cause) {
    throw new GatewayError('invalid_request', 'The request body is not valid multipart/form-data.', { cause })
  }
}
