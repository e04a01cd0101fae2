import type { RequestListener, Server } from 'node:http'
import { z } from 'zod'
import {
  compaction,
  conversation,
  conversationDeleted,
  conversationItem,
  itemPage
} from '../support/conversation-schemas.ts'
import { chatStreamsFrom } from '../support/chat-stream.ts'
import {
  chatCompletion,
  completionDeleted,
  completionPage,
  errorBody,
  messagePage,
  model,
  storedCompletion,
  modelList,
  textChunk,
  textCompletion
} from '../support/openai-schemas.ts'
import { responseResource } from '../support/response-schemas.ts'
import { responseEventsOf, responseStreamFrom } from '../support/response-stream.ts'

/** An answer that a client was given, whole. */
export interface Recorded {
  path: string
  status: number
  type: string
  /** `x-codex-turn`, of a request with results of tool calls. */
  turn: string | undefined
  body: string
}

/** Keeps what the server answers from now on, but for answers that the client left. */
export function recordedAnswers(server: Server): Recorded[] {
  const answers: Recorded[] = []
  const record: RequestListener = (request, response) => {
    const pieces: Uint8Array[] = []
    const write = response.write.bind(response) as (...of: unknown[]) => boolean
    const end = response.end.bind(response) as (...of: unknown[]) => typeof response
    const keep = (chunk: unknown) => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) pieces.push(Buffer.from(chunk))
    }
    response.write = (...of: unknown[]) => (keep(of[0]), write(...of))
    response.end = (...of: unknown[]) => (keep(of[0]), end(...of))
    response.on('finish', () => {
      answers.push({
        path: request.url ?? '',
        status: response.statusCode,
        type: String(response.getHeader('content-type')),
        turn: response.getHeader('x-codex-turn')?.toString(),
        body: Buffer.concat(pieces).toString()
      })
    })
  }
  server.prependListener('request', record)
  return answers
}

/** How many steps of tool loops went on in the turn that made their calls, and how many in a new one. */
export function toolSteps(answers: readonly Recorded[]): { resumed: number; new: number } {
  const count = (turn: string) => answers.filter((answer) => answer.turn === turn).length
  return { resumed: count('resumed'), new: count('new') }
}

const inputTokens = z.strictObject({ object: z.literal('response.input_tokens'), input_tokens: z.int().min(0) })
const deleted = z.strictObject({ id: z.string(), object: z.literal('response'), deleted: z.literal(true) })
const wholes: [RegExp, z.ZodType][] = [
  [/\/chat\/completions$/, z.union([chatCompletion, completionPage])],
  [/\/chat\/completions\/[^/]+$/, z.union([storedCompletion, completionDeleted])],
  [/\/chat\/completions\/[^/]+\/messages$/, messagePage],
  [/\/completions$/, textCompletion],
  [/\/responses\/compact$/, compaction],
  [/\/responses\/input_tokens$/, inputTokens],
  [/\/responses(\/[^/]+(\/cancel)?)?$/, z.union([responseResource, deleted])],
  [/\/responses\/[^/]+\/input_items$/, itemPage],
  [/\/conversations(\/[^/]+)?$/, z.union([conversation, conversationDeleted])],
  [/\/conversations\/[^/]+\/items$/, itemPage],
  [/\/conversations\/[^/]+\/items\/[^/]+$/, z.union([conversationItem, conversation])],
  [/\/models$/, modelList],
  [/\/models\//, model],
  [
    /\/webhook_endpoints(\/[^/]+)?$/,
    z.looseObject({ object: z.enum(['webhook_endpoint', 'webhook_endpoint.deleted']) })
  ],
  [/\/usage(\/turns)?$/, z.looseObject({ object: z.enum(['usage', 'list', 'usage.report']) })], // ours
  [/\/openapi\.json$/, z.looseObject({ openapi: z.literal('3.1.0') })]
]

const streams: [RegExp, (body: string) => unknown][] = [
  [/\/chat\/completions$/, chatStreamsFrom],
  [
    /\/completions$/,
    (body) =>
      body
        .trimEnd()
        .split('\n\n')
        .slice(0, -1)
        .map((line) => textChunk.parse(JSON.parse(line.replace('data: ', ''))))
  ],
  [/\/responses$/, responseStreamFrom],
  [/\/responses\/[^/]+$/, responseEventsOf] // what came behind some event
]

/** Holds an answer to OpenAI's published description of it. Throws when it differs. */
export function expectAsDescribed({ path: url, status, type, body }: Recorded): void {
  const [path = ''] = url.split('?')
  if (type.startsWith('text/event-stream')) return void streams.find(([route]) => route.test(path))![1](body)
  if (type.startsWith('text/csv')) return
  if (status !== 200) return void errorBody.parse(JSON.parse(body))
  wholes.find(([route]) => route.test(path))![1].parse(JSON.parse(body))
}
