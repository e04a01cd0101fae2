import type { ApiContext } from '../../http/api.ts'
import { invalid } from '../../openai/invalid.ts'
import { isJsonObject } from '../../turn/json-object.ts'
import type { JsonObject } from '../../turn/json-object.ts'

/** The key by which a repeated request is recognized: of its body, or of the header `Idempotency-Key`. Throws for one that is none. */
export function idempotencyKeyOf(ctx: ApiContext, { idempotencyKey: sent }: JsonObject): string | undefined {
  const key = sent ?? (ctx.get('idempotency-key') || undefined)
  if (key === undefined || key === null) return undefined
  if (typeof key === 'string' && key.length >= 1 && key.length <= 255) return key
  throw invalid("Invalid value for 'idempotencyKey': expected a text of 1 to 255 characters.", 'idempotencyKey')
}

/** What makes a request the same as another: its workspace, its route and its body, in whatever order the fields are. */
export function requestText({ state, path }: ApiContext, body: JsonObject): string {
  const { idempotencyKey: _, ...rest } = body
  return JSON.stringify([state.workspace.id, path.replace(/^\/w\/[^/]+/, ''), sorted(rest)])
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return entries.map(([name, inner]) => [name, sorted(inner)])
}
