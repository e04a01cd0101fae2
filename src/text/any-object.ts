import type { TextFilter } from './text-filter.ts'

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
