import { invalid } from './invalid.ts'
import type { TextFilter } from '../text/text-filter.ts'

/** What a JSON schema from a request may be at most. Deeper ones cost stack, larger ones a model's window. */
export const schemaLimits = { bytes: 65_536, depth: 32, properties: 1_000 }

/**
 * What stands for "any JSON object". Codex always sends `strict: true`, and OpenAI then refuses a schema
 * that leaves an object open; so the object comes as text in one property and is taken out by `jsonUnwrapper`.
 */
export const anyObjectSchema = {
  type: 'object',
  properties: { json: { type: 'string', description: 'The whole answer: one JSON object, written as JSON text.' } },
  required: ['json'],
  additionalProperties: false
}

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

/** Holds an answer to `anyObjectSchema` back until it is whole, then gives the object in it; any other answer as it is. */
export function jsonUnwrapper(): TextFilter {
  let whole = ''
  return {
    push(text) {
      whole += text
      return ''
    },
    end() {
      const answer = unwrapped(whole)
      whole = ''
      return answer
    }
  }
}

function unwrapped(answer: string): string {
  const outer = objectIn(answer)
  if (outer === undefined || Object.keys(outer).length !== 1 || typeof outer.json !== 'string') return answer
  return objectIn(outer.json) === undefined ? answer : outer.json
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
