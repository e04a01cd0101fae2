import { checkSchema } from '../openai/structured.ts'
import { anyObjectSchema } from '../text/any-object.ts'

/** The form of an answer that a request asks for. */
type Format = { type: 'text' | 'json_object' } | { type: 'json_schema'; schema: Record<string, unknown> }

/** The schema that an answer in this format follows, undefined for any text. `at` is its place in the request. Throws when it is beyond the limits. */
export function outputSchemaFrom(format: Format | null | undefined, at: string): Record<string, unknown> | undefined {
  if (format?.type === 'json_object') return anyObjectSchema
  if (format?.type !== 'json_schema') return undefined
  checkSchema(format.schema, at)
  return format.schema
}
