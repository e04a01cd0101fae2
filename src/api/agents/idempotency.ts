import { createHash } from 'node:crypto'
import type { ApiContext } from '../../http/api.ts'
import { invalid } from '../../openai/invalid.ts'

export const keyHeader = 'idempotency-key'
const maxLength = 256

/** What a repeated request is known by; undefined where it says nothing of it. */
export function idempotencyKey(ctx: ApiContext): string | undefined {
  const value = ctx.get(keyHeader)
  if (value.length > maxLength) throw invalid(`An Idempotency-Key has at most ${maxLength} characters.`, keyHeader)
  return value === '' ? undefined : value
}

/** The key of a request, and what distinguishes its body. */
export function repetitionOf(ctx: ApiContext, body: unknown): { key: string; digest: string } | undefined {
  const key = idempotencyKey(ctx)
  return key === undefined
    ? undefined
    : { key, digest: createHash('sha256').update(JSON.stringify(body)).digest('hex') }
}
