import type { z } from 'zod'
import type { ReadBody } from '../http/body/body.ts'
import type { GatewayContext } from '../http/state.ts'
import { parsed } from '../openai/invalid.ts'
import { isJsonObject } from '../turn/json-object.ts'

export const ignoredHeader = 'x-ignored-parameters'

/** The body of a request as `schema` reads it. Fields that it does not know have no effect, and are named in a header of the answer. */
export async function readRequest<T>(
  ctx: GatewayContext,
  readBody: ReadBody,
  schema: z.ZodType<T>,
  options?: { optional?: boolean }
): Promise<T> {
  const body = await readBody(ctx, options)
  const request = parsed(schema, body)
  const names = unknownFields(body, request)
  if (names.length > 0) ctx.set(ignoredHeader, names.join(', '))
  return request
}

/** How many fields are named, and characters of each. */
const shown = { names: 20, length: 64 }

/** The fields of `sent` that `read` has not, as paths: `input[0].detail`. What is null was not sent. */
export function unknownFields(sent: unknown, read: unknown): string[] {
  const names: string[] = []
  note(sent, read, '', names)
  return names.map((name) => name.slice(0, shown.length).replaceAll(/[^\w.[\]-]/g, '?')) // a header takes nothing else
}

function note(sent: unknown, read: unknown, at: string, names: string[]): void {
  if (Array.isArray(sent) && Array.isArray(read))
    for (const [index, member] of sent.entries()) note(member, read[index], `${at}[${index}]`, names)
  if (!isJsonObject(sent) || !isJsonObject(read)) return
  for (const [name, member] of Object.entries(sent)) {
    if (names.length === shown.names) return
    const path = at === '' ? name : `${at}.${name}`
    if (member === null) continue
    if (Object.hasOwn(read, name)) note(member, read[name], path, names)
    else names.push(path)
  }
}
