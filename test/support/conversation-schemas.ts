import { z } from 'zod'
import { outputItem, refusalPart, responseUsage, summaryPart, textPart } from './response-schemas.ts'

// Written after OpenAI's published API description, but strict: a key that is not in it is an error.

const id = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[a-zA-Z0-9]{24,128}$`))
const status = z.enum(['in_progress', 'completed', 'incomplete'])

const inputPart = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('input_text'), text: z.string() }),
  z.strictObject({
    type: z.literal('input_image'),
    detail: z.enum(['low', 'high', 'auto', 'original']),
    file_id: z.string().nullable(),
    image_url: z.string().nullable()
  })
])
const output = z.union([z.string(), z.array(inputPart)])

/** An item of a conversation, or of the input of a response. */
export const conversationItem = z.union([
  outputItem,
  z.strictObject({
    id: id('msg'),
    type: z.literal('message'),
    role: z.enum(['user', 'system', 'developer']),
    status,
    content: z.array(inputPart)
  }),
  z.strictObject({
    id: id('msg'),
    type: z.literal('message'),
    role: z.literal('assistant'),
    status,
    content: z.array(z.union([textPart, refusalPart])),
    phase: z.enum(['commentary', 'final_answer']).optional()
  }),
  z.strictObject({ id: id('fco'), type: z.literal('function_call_output'), call_id: z.string(), status, output }),
  z.strictObject({ id: id('ctco'), type: z.literal('custom_tool_call_output'), call_id: z.string(), status, output }),
  z.strictObject({
    id: id('rs'),
    type: z.literal('reasoning'),
    summary: z.array(summaryPart),
    encrypted_content: z.string().optional()
  }),
  z.strictObject({ id: id('cmp'), type: z.literal('compaction'), encrypted_content: z.string().min(1) })
])

export const itemPage = z
  .strictObject({
    object: z.literal('list'),
    data: z.array(conversationItem),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean()
  })
  .refine(({ data, first_id, last_id }) => (data[0]?.id ?? null) === first_id && (data.at(-1)?.id ?? null) === last_id)

export const conversation = z.strictObject({
  id: id('conv'),
  object: z.literal('conversation'),
  created_at: z.int().min(1_600_000_000).max(9_999_999_999),
  metadata: z.record(z.string(), z.string())
})

export const conversationDeleted = z.strictObject({
  id: id('conv'),
  object: z.literal('conversation.deleted'),
  deleted: z.literal(true)
})

export const compaction = z
  .strictObject({
    id: id('resp'),
    object: z.literal('response.compaction'),
    created_at: z.int().min(1_600_000_000).max(9_999_999_999),
    output: z.array(conversationItem),
    usage: responseUsage
  })
  .refine(({ output }) =>
    output.every((item, index) =>
      index === output.length - 1
        ? item.type === 'compaction'
        : item.type === 'message' && (item.role as string) === 'user'
    )
  )
