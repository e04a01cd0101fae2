import { isAscii } from 'node:buffer'
import { isJsonObject } from '../turn/json-object.ts'
import type { JsonObject } from '../turn/json-object.ts'
import type { Message } from './filter/message.ts'

/** Characters of an id, which answers repeat. */
const maxId = 1_000

/** A message of a client; undefined for what is no JSON object, or has an id or a method that is none. */
export function messageFrom(data: Buffer): Message | undefined {
  try {
    const message: unknown = JSON.parse(data.toString(isAscii(data) ? 'latin1' : 'utf8')) // latin1 is four times as fast
    return isJsonObject(message) ? checked(message) : undefined
  } catch {
    return undefined
  }
}

function checked(message: JsonObject): Message | undefined {
  const { id, method } = message
  const isId = id === undefined || typeof id === 'number' || (typeof id === 'string' && id.length <= maxId)
  return isId && (method === undefined || typeof method === 'string') ? message : undefined
}

/** The id of a request that is too long to be parsed; null where it does not stand at the beginning. */
export function idAtBeginning(data: Buffer): unknown {
  const [, id] = /^\{[^{]{0,200}?"id":\s*("[^"\\]{0,200}"|\d{1,15})/.exec(data.toString('utf8', 0, 500)) ?? []
  return id === undefined ? null : JSON.parse(id)
}
