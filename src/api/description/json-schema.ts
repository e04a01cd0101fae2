import { z } from 'zod'

/** A JSON schema, as far as it is looked at here. */
export interface JsonSchema {
  type?: string | string[]
  description?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[] | undefined
  [key: string]: unknown
}

/** A schema of zod's as JSON schema, of what is sent (`input`) or what comes back. */
export function jsonSchemaFrom(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _draft, ...json } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => relax(jsonSchema as JsonSchema)
  }) as JsonSchema
  return json
}

/** With what is known of its fields. Those that are not in the schema are not looked at, so any value will do. */
export function described(schema: JsonSchema, fields: Readonly<Record<string, string>>): JsonSchema {
  const properties = { ...schema.properties }
  for (const [name, description] of Object.entries(fields)) properties[name] = { ...properties[name], description }
  return { ...schema, properties }
}

/** A message may leave its type out; answers may grow. */
function relax(schema: JsonSchema): void {
  if (schema.properties?.['type']?.const === 'message' && schema.additionalProperties === undefined)
    schema.required = schema.required?.filter((name) => name !== 'type')
  if (schema.additionalProperties === false) delete schema.additionalProperties
}
