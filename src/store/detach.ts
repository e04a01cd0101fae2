import type { Detached } from './blobs.ts'

const loneSurrogate = /[\ud800-\udfff]/u

/** Plain JSON without the texts in it that have `limit` characters or more, and those texts. `value` itself is not changed. */
export function detach(value: unknown, limit: number): { rest: unknown; detached: Detached[] } {
  const detached: Detached[] = []
  const visit = (node: unknown, path: Detached['path']): unknown => {
    if (typeof node === 'string') {
      if (node.length < limit || loneSurrogate.test(node)) return node // UTF-8 cannot carry half a character
      detached.push({ path, text: node })
      return ''
    }
    if (Array.isArray(node)) return visitEach(node, (item, index) => visit(item, [...path, index]))
    if (typeof node !== 'object' || node === null) return node
    return visitFields(node, (field, name) => visit(field, [...path, name]))
  }
  return { rest: visit(value, []), detached }
}

/** The array itself when nothing in it changes. */
function visitEach(items: unknown[], visit: (item: unknown, index: number) => unknown): unknown[] {
  const visited = items.map(visit)
  return visited.some((item, index) => item !== items[index]) ? visited : items
}

/** The object itself when nothing in it changes. */
function visitFields(object: object, visit: (field: unknown, name: string) => unknown): object {
  let changed: Record<string, unknown> | undefined
  for (const [name, field] of Object.entries(object)) {
    if (name === '__proto__') continue // assigning to it would change the copy's prototype
    const visited = visit(field, name)
    if (visited !== field) (changed ??= { ...object })[name] = visited
  }
  return changed ?? object
}

/** Puts a text back in its place. Throws where there is no such place. */
export function attach(value: unknown, { path, text }: Detached): unknown {
  const last = path.at(-1)
  if (last === undefined) return JSON.parse(text) as unknown
  fieldsOf(
    path.slice(0, -1).reduce<unknown>((node, step) => fieldsOf(node, step)[step], value),
    last
  )[last] = text
  return value
}

function fieldsOf(node: unknown, step: string | number): Record<string | number, unknown> {
  if (typeof node !== 'object' || node === null || !Object.hasOwn(node, step))
    throw new Error('a blob has no place in its record')
  return node as Record<string | number, unknown>
}
