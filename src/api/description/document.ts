import type { z } from 'zod'
import type { Api, ErrorDialect, Operation } from '../../http/api.ts'
import { workspaceHeader } from '../../access/workspaces.ts'
import { parameterText } from '../../http/parameters.ts'
import type { ParameterTable } from '../../http/parameters.ts'
import type { EngineInfo } from '../../turn/engine.ts'
import { failuresOf } from './failures.ts'
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

/** An answer described elsewhere, with what it means here. */
export interface ReferredAnswer {
  $ref: string
  description?: string
}

export interface DescribedOperation {
  operationId: string
  summary: string
  /** Empty where no token is needed. */
  security?: []
  parameters?: DescribedParameter[]
  requestBody?: { required: true; content: { 'application/json': { schema: JsonSchema } } }
  responses: Record<string, DescribedAnswer | ReferredAnswer>
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

const whichModel =
  'Agent frameworks, and whatever has prompts and tools of its own, take the model `codex-bare`, which reads what the client sends and nothing else; `codex` is Codex itself, with its shell and its workspace.'

export interface DescriptionOptions {
  apis: readonly Api[]
  /** What all paths begin with, such as `/v1`. */
  prefix: string
  /** The engines whose treatment of the parameters is described. */
  engines: readonly EngineInfo[]
  /** How failures read where an API has no dialect of its own. */
  dialect: ErrorDialect
}

/** Describes every operation of the APIs. */
export function descriptionOf({ apis, prefix, engines, dialect }: DescriptionOptions): Description {
  const paths: Description['paths'] = {}
  for (const { operations, dialect: own } of apis) {
    const failure: DescribedAnswer | ReferredAnswer =
      own && own !== dialect ? failureIn(own) : { $ref: '#/components/responses/Error' }
    for (const operation of operations) {
      const path = operation.path.replace('{+', '{')
      paths[path] = { ...paths[path], [operation.method]: describedOperation({ ...operation, path }, engines, failure) }
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Codex Gateway',
      version: '1',
      description: `The Codex CLI behind an OpenAI-compatible API. The base URL for clients ends in ${prefix}; every path is there without it, too, and below \`/w/{id}\` for a workspace of this id. ${whichModel}`
    },
    servers: [{ url: prefix }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: jsonSchemaFrom(dialect.schema, 'output') },
      responses: { Error: failureWith({ $ref: '#/components/schemas/Error' }) }
    }
  }
}

function describedOperation(
  operation: Operation,
  engines: readonly EngineInfo[],
  failure: DescribedAnswer | ReferredAnswer
): DescribedOperation {
  const { summary, body, parameters: table, answer, events, isPublic } = operation
  const parameters = parametersOf(operation)
  const failures: DescribedOperation['responses'] = {}
  for (const [status, description] of Object.entries(failuresOf(operation)))
    failures[status] = { ...failure, description }
  return {
    operationId: operationIdOf(operation),
    summary,
    ...(isPublic && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: described(jsonSchemaFrom(body, 'input'), notesFrom(table, engines)) } }
      }
    }),
    responses: { 200: describedAnswer(answer, events), ...failures, default: failure }
  }
}

/** `GET /responses/{id}/input_items` as `getResponsesByIdInputItems`, for the names in generated clients. */
function operationIdOf({ method, path }: Operation): string {
  const words = path.replaceAll(/\{(\w+)\}/g, 'by_$1').split(/[^A-Za-z0-9]+/)
  return method + (words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('') || 'Root')
}

function notesFrom(table: ParameterTable = new Map(), engines: readonly EngineInfo[]): Record<string, string> {
  return Object.fromEntries([...table].map(([name, row]) => [name, parameterText(row, engines)]))
}

const whichWorkspace =
  'The workspace to use, one of those that `GET /workspaces` lists. It may stand in the base URL instead: `/w/{id}/v1`.'

function parametersOf({
  path,
  query,
  headers,
  isPublic
}: Pick<Operation, 'path' | 'query' | 'headers' | 'isPublic'>): DescribedParameter[] {
  const all = { ...(!isPublic && { [workspaceHeader]: whichWorkspace }), ...headers }
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
    ...Object.entries(all).map(([name, description]): DescribedParameter => ({
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

const failureIn = ({ schema }: ErrorDialect) => failureWith(jsonSchemaFrom(schema, 'output'))

const failureWith = (schema: JsonSchema): DescribedAnswer => ({
  description: 'What went wrong.',
  content: { 'application/json': { schema } }
})
