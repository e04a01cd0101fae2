/** A JSON text without its order and spaces, so that what clients parse and write again is the same; empty is `{}`. */
export function canonicalArguments(text: string): string {
  const value = parsed(text)
  return value === undefined ? text : JSON.stringify(sorted(value))
}

/** Whether `theirs` are the arguments `ours` as a client returned them: in another order, or with defaults added. */
export function isSameArguments(ours: string, theirs: string): boolean {
  const [mine, other] = [parsed(ours), parsed(theirs)]
  return mine === undefined || other === undefined ? ours === theirs : contains(other, mine)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.trim() === '' ? '{}' : text)
  } catch {
    return undefined
  }
}

function contains(all: unknown, part: unknown): boolean {
  if (Array.isArray(part))
    return Array.isArray(all) && all.length === part.length && part.every((one, index) => contains(all[index], one))
  if (!isObject(part)) return all === part
  return (
    isObject(all) && Object.entries(part).every(([key, value]) => Object.hasOwn(all, key) && contains(all[key], value))
  )
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)])
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
