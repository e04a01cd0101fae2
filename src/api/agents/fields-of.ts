import { isJsonObject } from '../../turn/json-object.ts'

/** The names of the fields that a request gives its agent. */
export function fieldsOf(body: unknown): ReadonlySet<string> {
  const agent = isJsonObject(body) ? body['agent'] : undefined
  return new Set(isJsonObject(agent) ? Object.keys(agent) : [])
}
