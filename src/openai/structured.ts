import { z } from 'zod'
import { invalid } from './invalid.ts'

/** The name that a request gives to its schema, which is not sent to the model; `null` is absent. */
export const schemaName = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,64}$/, 'a name has 1 to 64 letters, digits, underscores or dashes')
  .nullish()

/** What a JSON schema from a request may be at most. Deeper ones cost stack, larger ones a model's window. */
export const schemaLimits = { bytes: 65_536, depth: 32, properties: 1_000 }

/** Throws when a schema is beyond `schemaLimits`; `param` is its path in the request. */
export function checkSchema(schema: Record<string, unknown>, param: string): void {
  const count = { properties: 0 }
  if (!within(schema, schemaLimits.depth, count))
    throw invalid(`This schema is nested deeper than ${schemaLimits.depth} levels.`, param)
  if (count.properties > schemaLimits.properties)
    throw invalid(`This schema has more than ${schemaLimits.properties} properties.`, param)
  if (Buffer.byteLength(JSON.stringify(schema)) > schemaLimits.bytes)
    throw invalid(`This schema is larger than ${schemaLimits.bytes} bytes.`, param)
}

function within(value: unknown, levels: number, count: { properties: number }): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (levels === 0) return false
  return Object.entries(value).every(([key, inner]: [string, unknown]) => {
    if (key === 'properties' && typeof inner === 'object' && inner !== null)
      count.properties += Object.keys(inner).length
    return within(inner, levels - 1, count)
  })
}
