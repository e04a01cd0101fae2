import { GatewayError } from '../../turn/error.ts'
import type { ErrorReason } from '../../turn/error.ts'
import { isJsonObject } from '../../turn/json-object.ts'
import type { JsonObject } from '../../turn/json-object.ts'

/** Deeper than any request has reason to be; far below where recursive code runs out of stack. */
export const maxDepth = 64
/** Values in one body: bounds how long parsing blocks other requests. */
export const maxValues = 500_000

const decoder = new TextDecoder('utf-8', { fatal: true }) // takes a BOM away

/** A request body as an object. Throws `invalid_request` for anything but JSON in UTF-8 within the limits below. */
export function jsonBodyFrom(bytes: Uint8Array): JsonObject {
  scan(bytes)
  const text = decoded(bytes)
  const value = parsed(text)
  if (!isJsonObject(value)) throw bad('The request body must be a JSON object.')
  if ((text.includes('\\ud') || text.includes('\\uD')) && !wellFormed(value))
    throw bad('The request body holds half of a surrogate pair.', 'invalid_encoding')
  return value
}

function bad(message: string, reason: ErrorReason = 'invalid_json'): GatewayError {
  return new GatewayError('invalid_request', message, { reason })
}

function decoded(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw bad('The request body is not valid UTF-8.', 'invalid_encoding')
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw bad('We could not parse the JSON body of your request.')
  }
}

const quote = 0x22,
  backslash = 0x5c,
  comma = 0x2c

/** Depth and number of values, before the parser has built anything. Works on bytes: none of these occur inside a UTF-8 sequence. */
function scan(bytes: Uint8Array): void {
  let depth = 0
  let values = 0
  let inString = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === quote) inString = !inString
    else if (inString) at += byte === backslash ? 1 : 0
    else if (byte === comma) values += 1
    else if (byte === 0x5b || byte === 0x7b) depth += 1
    else if (byte === 0x5d || byte === 0x7d) depth -= 1
    if (depth > maxDepth) throw bad(`The request body is nested more than ${maxDepth} levels deep.`, 'too_deep')
    if (values > maxValues) throw bad(`The request body holds more than ${maxValues} values.`, 'too_many_values')
  }
}

/** Whether no string or key in it contains a lone surrogate, which cannot be written as UTF-8. Bounded by `scan`. */
function wellFormed(root: unknown): boolean {
  const open: unknown[] = [root]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value === 'string' && /\p{Surrogate}/u.test(value)) return false
    if (typeof value !== 'object' || value === null) continue
    for (const [key, member] of Object.entries(value)) open.push(member, key)
  }
  return true
}
