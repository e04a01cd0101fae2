import type { IncomingMessage } from 'node:http'
import { GatewayError } from '../../turn/error.ts'

export interface ReadLimits {
  /** Bytes of the body. */
  maxBytes: number
  /** A body must bring `leastBytes` in every `windowMs`, or be complete. */
  windowMs: number
  leastBytes: number
}

/**
 * Reads a body, and reports to `received` how many bytes have come, which may refuse more. Rejects with a `GatewayError` for a body
 * that is too large, too slow or cut off. Never destroys the request: there is an answer to come.
 */
export function bytesOf(
  req: IncomingMessage,
  { maxBytes, windowMs, leastBytes }: ReadLimits,
  received: (bytes: number) => GatewayError | undefined
): Promise<Buffer> {
  if (req.complete && !req.destroyed) return readAtOnce(req, maxBytes, received)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let [bytes, before] = [0, 0]
    const slow = setInterval(() => {
      if (bytes - before < leastBytes)
        fail(new GatewayError('incomplete_request', 'The request body comes too slowly.'))
      before = bytes
    }, windowMs)
    const stop = () => {
      clearInterval(slow)
      req.off('data', take).off('end', end).off('close', cut).off('error', cut).pause()
    }
    const fail = (error: GatewayError) => {
      stop()
      reject(error)
    }
    const take = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) return fail(tooLarge(maxBytes))
      const refusal = received(bytes)
      if (refusal) return fail(refusal)
      chunks.push(chunk)
    }
    const end = () => {
      stop()
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes))
    }
    const cut = () => fail(new GatewayError('incomplete_request', 'The request body was incomplete.'))
    req.on('data', take).on('end', end).on('close', cut).on('error', cut)
    if (req.destroyed) cut()
  })
}

/** A small body has come with its head: it needs no timer, and nobody has to listen for it. */
async function readAtOnce(
  req: IncomingMessage,
  maxBytes: number,
  received: (bytes: number) => GatewayError | undefined
): Promise<Buffer> {
  const body = (req.read() as Buffer | null) ?? Buffer.alloc(0)
  const refusal = body.length > maxBytes ? tooLarge(maxBytes) : received(body.length)
  if (refusal) throw refusal
  return body
}

export const tooLarge = (maxBytes: number) =>
  new GatewayError('too_large', `The request body is larger than ${maxBytes} bytes.`)
