import type { z } from 'zod'
import type { GatewayError } from '../turn/error.ts'
import type { ParameterTable } from './parameters.ts'
import type { GatewayContext } from './state.ts'

/** One protocol. Routes, the description, public paths and the headers that pages may read all follow from its operations. */
export interface Api {
  readonly operations: readonly Operation[]
  /** How a failure reads on its paths; the gateway's default when left out. */
  readonly dialect?: ErrorDialect
  /** Paths that it has at other gateways only, each with all below it, and a sentence that says why and where. */
  readonly elsewhere?: Readonly<Record<string, string>>
}

/** One method of one path. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Without a prefix; parameters in braces: `/responses/{id}`. Only the last may hold slashes: `/models/{+id}`. */
  path: string
  /** What stands in the braces of its path. With another method a path of this form is there; any other is unknown. */
  ids?: RegExp
  summary: string
  /** What may be sent. */
  body?: z.ZodType
  /** How each field of the body is handled, those included that the schema leaves out. */
  parameters?: ParameterTable
  query?: z.ZodObject
  /** Headers of the request, with what they are for. */
  headers?: Readonly<Record<string, string>>
  /** What comes back; a text where that is not JSON. */
  answer: z.ZodType | 'text/plain' | 'text/html' | 'application/octet-stream'
  /** With `stream: true` it comes as server-sent events, which are this. */
  events?: string
  /** Statuses of its failures, besides those that every operation of its kind has. */
  failures?: readonly number[]
  /** Headers of its answers that the pages of other origins may read, besides those of every answer. */
  exposes?: readonly string[]
  /** Needs no token and counts towards no limit. */
  isPublic?: true
  /** Is also open to tokens whose scope names `remote`, but not `api`. */
  forRemote?: true
  /** Is still answered while the gateway stops. */
  whileStopping?: true
  handle: (ctx: ApiContext) => void | Promise<void>
}

/** A request that was routed, with what stood in the braces of its path. */
export type ApiContext = GatewayContext & { params: Readonly<Record<string, string>> }

/** How one protocol renders a failure. */
export interface ErrorDialect {
  /** `repeatable`: true unless Codex has acted already, so that a client may try again by itself. */
  readonly answer: (error: GatewayError, repeatable?: boolean) => ErrorAnswer
  /** Of the body. */
  readonly schema: z.ZodType
  /** Headers of a failure that the pages of other origins may read. */
  readonly exposes: readonly string[]
}

/** A failure as it goes on the wire. */
export interface ErrorAnswer {
  status: number
  headers: Record<string, string>
  body: object
}
