import fc from 'fast-check'

type Path = readonly string[]

function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...path, key]))]
}

/** A copy with something else at the path; undefined takes away what is there. */
function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined || typeof value !== 'object' || value === null) return by
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>
  Object.defineProperty(copy, key, {
    value: replaced(copy[key], rest, by),
    enumerable: true,
    writable: true,
    configurable: true
  }) // also a key named __proto__
  return copy
}

const other = fc.oneof(
  fc.constantFrom(undefined, null, '', 0, 1, true, [], {}, 'tool', 'assistant', 'none', 'https://x'),
  fc.jsonValue()
)

/** Copies of a body in which up to three places hold something else. `more`: what that may be besides the usual; keys to add anywhere. */
export function spoiled(
  good: object,
  more: readonly unknown[] = [],
  keys: readonly string[] = []
): fc.Arbitrary<unknown> {
  const by = more.length > 0 ? fc.oneof(other, fc.constantFrom(...more)) : other
  const places = pathsIn(good)
  const place = fc.constantFrom(...places)
  const added =
    keys.length > 0
      ? fc.oneof(
          { weight: 4, arbitrary: place },
          { weight: 1, arbitrary: fc.tuple(place, fc.constantFrom(...keys)).map(([path, key]) => [...path, key]) }
        )
      : place
  return fc
    .array(fc.tuple(added, by), { maxLength: 3 })
    .map((changes) => changes.reduce<unknown>((body, [path, value]) => replaced(body, path, value), good))
}
