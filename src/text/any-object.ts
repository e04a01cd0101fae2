import { isJsonObject } from '../turn/json-object.ts'
import type { TextFilter } from './text-filter.ts'

/**
 * The schema that means "any JSON object". Codex always sends `strict: true`, and OpenAI then refuses a schema
 * that leaves an object open; so the object comes as text in one property and is taken out by `jsonUnwrapper`.
 */
export const anyObjectSchema = {
  type: 'object',
  properties: { json: { type: 'string', description: 'The whole answer: one JSON object, written as JSON text.' } },
  required: ['json'],
  additionalProperties: false
}

/** Buffers an answer to `anyObjectSchema` until it is complete, then returns the object in it; any other answer as it is. */
export function jsonUnwrapper(): TextFilter {
  let buffered = ''
  return {
    push(text) {
      buffered += text
      return ''
    },
    end() {
      const answer = unwrapped(buffered)
      buffered = ''
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
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
