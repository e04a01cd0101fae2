import { Admission } from './admission.ts'
import type { AdmissionLimits } from './admission.ts'
import { formFrom } from './form.ts'
import { jsonBodyFrom } from './json.ts'
import { hasBody } from './presence.ts'
import { bytesOf, tooLarge } from './read.ts'
import type { ReadLimits } from './read.ts'
import { checkType } from './type.ts'
import type { GatewayContext } from '../state.ts'
import type { JsonObject } from '../../turn/json-object.ts'

/**
 * Reads a request's JSON body. Throws a `GatewayError` for a body that is too large, too slow, not JSON, or one too many.
 * `optional`: where there is none, or the method has none, it is an empty object, and what is read from storage is counted all the same.
 */
export interface ReadBody {
  (ctx: GatewayContext, options?: { optional?: boolean }): Promise<JsonObject>
  /** The same for `multipart/form-data`. */
  form: (ctx: GatewayContext) => Promise<FormData>
}

/** `maxBytes` is for one body; all others have defaults. */
export type BodyLimits = Partial<AdmissionLimits & ReadLimits> & Pick<ReadLimits, 'maxBytes'>

/** One reader for all routes: they share the memory for all bodies. */
export function bodyReader({
  maxBytes,
  reading = 256,
  totalBytes = 134_217_728,
  windowMs = 10_000,
  leastBytes = 10_240
}: BodyLimits): ReadBody {
  const admission = new Admission({ reading, totalBytes: Math.max(totalBytes, 2 * maxBytes) })
  const read = async ({ req, res, state }: GatewayContext, isAbsent = false): Promise<Buffer> => {
    const announced = isAbsent ? 0 : Number(req.headers['content-length'] ?? 0)
    if (announced > maxBytes) throw tooLarge(maxBytes)
    const reservation = admission.admit(state.principal.id, announced, (release) =>
      res.once('close', () => (state.background ? void state.background.finally(release) : release()))
    )
    state.reserve = reservation.add
    if (isAbsent) {
      reservation.complete(0)
      return Buffer.alloc(0)
    }
    if (req.headers.expect !== undefined) res.writeContinue()
    const bytes = await bytesOf(req, { maxBytes, windowMs, leastBytes }, reservation.received)
    reservation.complete(bytes.length)
    return bytes
  }
  const json = async (ctx: GatewayContext, { optional = false } = {}): Promise<JsonObject> => {
    const { req } = ctx
    const isAbsent = optional && (req.method === 'GET' || req.method === 'HEAD' || !hasBody(req))
    if (!isAbsent) checkType(req.headers)
    const bytes = await read(ctx, isAbsent)
    return isAbsent ? {} : jsonBodyFrom(bytes)
  }
  return Object.assign(json, { form: async (ctx: GatewayContext) => formFrom(await read(ctx), ctx.req.headers) })
}
