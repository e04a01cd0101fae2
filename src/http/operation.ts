import type { z } from 'zod'

/** One thing that may be asked for, as the description of the API tells it. Each API has a list of its own. */
export interface Operation {
  method: 'get' | 'post' | 'delete'
  /** Without `/v1`, parameters in braces: `/models/{id}`. */
  path: string
  summary: string
  /** What may be sent. */
  body?: z.ZodType
  /** What becomes of each field of the body, those included that the schema leaves out. */
  fields?: Readonly<Record<string, string>>
  query?: z.ZodObject
  /** Headers of the request, with what they are for. */
  headers?: Readonly<Record<string, string>>
  /** What comes back; a text where that is not JSON. */
  answer: z.ZodType | 'text/plain' | 'text/html'
  /** With `stream: true` it comes as server-sent events, which are this. */
  events?: string
  /** It needs no token. */
  open?: true
}
