import type { z } from 'zod'
import type { Operation } from '../../http/operation.ts'
import { described, jsonSchemaFrom } from './json-schema.ts'
import type { JsonSchema } from './json-schema.ts'

export interface DescribedParameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  description?: string
  schema: JsonSchema
}

export interface DescribedAnswer {
  description: string
  content: Record<string, { schema: JsonSchema }>
}

export interface DescribedOperation {
  summary: string
  /** Empty where no token is needed. */
  security?: []
  parameters?: DescribedParameter[]
  requestBody?: { required: true; content: { 'application/json': { schema: JsonSchema } } }
  responses: Record<string, DescribedAnswer | { $ref: string }>
}

/** An OpenAPI 3.1 document. */
export interface Description {
  openapi: '3.1.0'
  info: { title: string; version: string; description: string }
  servers: { url: string }[]
  security: Record<string, []>[]
  paths: Record<string, Record<string, DescribedOperation>>
  components: Record<string, Record<string, unknown>>
}

/** Describes the operations. */
export function descriptionOf(operations: readonly Operation[]): Description {
  const paths: Description['paths'] = {}
  for (const operation of operations)
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describedOperation(operation) }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Codex Gateway',
      version: '1',
      description: 'The Codex CLI behind an OpenAI-compatible API. Every path is there with and without /v1.'
    },
    servers: [{ url: '/v1' }],
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } }, responses: { Error: failure } }
  }
}

function describedOperation({
  summary,
  body,
  fields = {},
  answer,
  events,
  open,
  ...operation
}: Operation): DescribedOperation {
  const parameters = parametersOf(operation)
  return {
    summary,
    ...(open && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: described(jsonSchemaFrom(body, 'input'), fields) } }
      }
    }),
    responses: { 200: describedAnswer(answer, events), default: { $ref: '#/components/responses/Error' } }
  }
}

function parametersOf({
  path,
  query,
  headers = {}
}: Pick<Operation, 'path' | 'query' | 'headers'>): DescribedParameter[] {
  const text = { type: 'string' }
  return [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']): DescribedParameter => ({
      name,
      in: 'path',
      required: true,
      schema: text
    })),
    ...Object.entries(query?.shape ?? {}).map(([name, schema]): DescribedParameter => ({
      name,
      in: 'query',
      required: false,
      schema: jsonSchemaFrom(schema as z.ZodType, 'output')
    })),
    ...Object.entries(headers).map(([name, description]): DescribedParameter => ({
      name,
      in: 'header',
      required: false,
      description,
      schema: text
    }))
  ]
}

function describedAnswer(answer: Operation['answer'], events: string | undefined): DescribedAnswer {
  const text = { schema: { type: 'string' } }
  if (typeof answer === 'string') return { description: 'The answer.', content: { [answer]: text } }
  const json = { 'application/json': { schema: jsonSchemaFrom(answer, 'output') } }
  if (events === undefined) return { description: 'The answer.', content: json }
  return {
    description: `The answer. With \`stream: true\` server-sent events: ${events}.`,
    content: { ...json, 'text/event-stream': text }
  }
}

const nullableText = { type: ['string', 'null'] }
const failure = {
  description: 'What went wrong.',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        properties: {
          error: {
            type: 'object',
            properties: {
              message: { type: 'string' },
              type: { type: 'string' },
              param: nullableText,
              code: nullableText
            },
            required: ['message', 'type', 'param', 'code']
          }
        },
        required: ['error']
      }
    }
  }
}
