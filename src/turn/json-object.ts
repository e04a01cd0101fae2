/** An object that was JSON. */
export type JsonObject = Record<string, unknown>

/** Whether a value that was JSON is an object: no list, and not null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
