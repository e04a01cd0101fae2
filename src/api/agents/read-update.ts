import type { z } from 'zod'
import type { ReadBody } from '../../http/body/body.ts'
import type { GatewayContext } from '../../http/state.ts'
import { parsed } from '../../openai/invalid.ts'

/** The fields that a request changes, as `schema` reads them: `null` is a value here, and what is left out does not change. */
export async function readUpdate<T extends object>(
  ctx: GatewayContext,
  readBody: ReadBody,
  schema: z.ZodType<T>
): Promise<Partial<T>> {
  const body = await readBody(ctx, { optional: true })
  const fields = parsed(schema, body)
  const sent = Object.entries(fields).filter(([name]) => Object.hasOwn(body as object, name))
  return Object.fromEntries(sent) as Partial<T>
}
