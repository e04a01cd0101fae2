/** Levels that are compared one by one; what is deeper has to be written the same. */
const deepest = 64

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

function contains(all: unknown, part: unknown, level = 0): boolean {
  if (!isObject(part) || !isObject(all)) return all === part
  if (level === deepest) return JSON.stringify(all) === JSON.stringify(part)
  if (Array.isArray(part) !== Array.isArray(all)) return false
  if (Array.isArray(part) && part.length !== (all as unknown as unknown[]).length) return false
  return Object.entries(part).every(([key, value]) => Object.hasOwn(all, key) && contains(all[key], value, level + 1))
}

function sorted(value: unknown, level = 0): unknown {
  if (!isObject(value) || level === deepest) return value
  if (Array.isArray(value)) return value.map((one) => sorted(one, level + 1))
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one, level + 1)]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
