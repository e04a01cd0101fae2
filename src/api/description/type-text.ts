import type { JsonSchema } from './json-schema.ts'

/** A schema's type in a few words: `string`, `object[]`, `"auto" | "none" | object`. Null, which means absent, is left out unless it is the only one. */
export function typeOf(schema: JsonSchema): string {
  const kinds = [...new Set(kindsOf(schema))]
  const shown = kinds.length > 1 ? kinds.filter((kind) => kind !== 'null') : kinds
  return shown.join(' | ') || 'any'
}

function kindsOf(schema: JsonSchema): string[] {
  const { type, items, anyOf, oneOf } = schema
  if ('const' in schema) return [JSON.stringify(schema.const)]
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value))
  if (anyOf ?? oneOf) return [...(anyOf ?? []), ...(oneOf ?? [])].flatMap(kindsOf)
  if (type === 'array') return [items ? arrayOf(typeOf(items)) : 'array']
  return type ? [type].flat() : ['any']
}

const arrayOf = (item: string) => (item.includes('|') ? `(${item})[]` : `${item}[]`)
