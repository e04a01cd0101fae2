import { isObject, SchemaCheck, TooMuchWork } from './check.ts'
import type { Schema } from './check.ts'
import { closedSchema } from './closed.ts'
import { withoutNulls } from './without-nulls.ts'

/** How the model is asked for an answer that follows a schema which is not strict, and how its answer is read. */
export interface AnswerForm {
  /** What strict mode is given. */
  schema: Schema
  /** What the model must read beside it. */
  instruction?: string
  /** The answer as the caller wants it, or what is wrong with it. */
  read: (text: string) => { text: string } | { problem: string }
}

/** The form of a strict schema that holds any JSON value, as text. */
const jsonText = {
  type: 'object',
  properties: { json: { type: 'string', description: 'The complete answer, written as JSON text.' } },
  required: ['json'],
  additionalProperties: false
}

/** Undefined for a schema that is strict already. */
export function answerForm(schema: Schema): AnswerForm | undefined {
  const strict = closedSchema(schema)
  if (strict === undefined) return inWords(schema)
  if (JSON.stringify(sorted(strict)) === JSON.stringify(sorted(schema))) return undefined
  return {
    schema: strict,
    read(text) {
      const value = jsonIn(text)
      return { text: value === undefined ? text : JSON.stringify(withoutNulls(new SchemaCheck(schema), schema, value)) }
    }
  }
}

function inWords(schema: Schema): AnswerForm {
  return {
    schema: jsonText,
    instruction: `The answer is a JSON value that follows this JSON schema:\n${JSON.stringify(schema)}`,
    read(text) {
      const outer = jsonIn(text)
      const wraps = isObject(outer) && Object.keys(outer).length === 1 && typeof outer['json'] === 'string'
      const answer = wraps ? String(outer['json']) : text
      const value = jsonIn(answer)
      if (value === undefined) return { problem: 'it is no JSON' }
      const place = problemIn(schema, value)
      return place === undefined ? { text: answer } : { problem: `look at ${place.slice(0, 200)}` }
    }
  }
}

function problemIn(schema: Schema, value: unknown): string | undefined {
  try {
    return new SchemaCheck(schema).problem(schema, value)
  } catch (error) {
    if (error instanceof TooMuchWork) return undefined
    throw error
  }
}

/** Undefined for a text that is no JSON. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** For comparing: with all keys in one order. */
function sorted(value: unknown, name?: string): unknown {
  if (Array.isArray(value))
    return name === 'required' ? [...(value as unknown[])].sort() : value.map((one) => sorted(one))
  if (!isObject(value)) return value
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner, key)]))
}
