import { z } from 'zod'
import { thoughtPart } from '../content.ts'
import { filePart, nestedFilePart, soundPart } from '../file.ts'
import { clientCallTypes, clientOutputTypes, passedOverTypes } from './foreign-items.ts'

/** The limits of one item: counts, and lengths in characters. */
const limits = { parts: 1_000, id: 1_024, name: 256 }

const textPart = z.object({
  type: z.enum(['input_text', 'output_text', 'text', 'summary_text', 'reasoning_text']),
  text: z.string()
})
const refusalPart = z.object({ type: z.literal('refusal'), refusal: z.string() })
const imagePart = z.object({
  type: z.enum(['input_image', 'image_url']),
  image_url: z.union([z.string(), z.object({ url: z.string() })], {
    error: 'an image must come as a data URL, not as a file'
  }),
  detail: z.enum(['auto', 'low', 'high', 'original']).optional().catch(undefined)
})

const part = z.discriminatedUnion('type', [textPart, refusalPart, imagePart, filePart, nestedFilePart, soundPart])
const content = z.union([z.string(), z.array(part).max(limits.parts, `at most ${limits.parts} parts`), z.null()])
const textContent = z.union([
  z.string(),
  z
    .array(z.discriminatedUnion('type', [textPart, refusalPart, thoughtPart]))
    .max(limits.parts, `at most ${limits.parts} parts`),
  z.null()
])

const id = z.string().min(1, 'it is empty').max(limits.id, `at most ${limits.id} characters`)

const toolName = z.string().min(1, 'it is empty').max(limits.name, `at most ${limits.name} characters`)

const message = z.discriminatedUnion('role', [
  z.object({ type: z.literal('message'), role: z.literal('user'), content }),
  z.object({ type: z.literal('message'), role: z.enum(['system', 'developer']), content: textContent }),
  z.object({
    type: z.literal('message'),
    role: z.literal('assistant'),
    content: textContent,
    phase: z.enum(['commentary', 'final_answer']).nullish().catch(undefined)
  })
])

const typed = z.discriminatedUnion('type', [
  message,
  z.object({
    type: z.literal('function_call'),
    call_id: id,
    name: toolName,
    arguments: z.string()
  }),
  z.object({ type: z.literal('custom_tool_call'), call_id: id, name: toolName, input: z.string() }),
  z.object({ type: z.enum(['function_call_output', 'custom_tool_call_output']), call_id: id, output: content }),
  z.object({
    type: z.literal('reasoning'),
    summary: z
      .array(z.object({ type: z.literal('summary_text'), text: z.string() }))
      .optional()
      .catch(undefined),
    encrypted_content: z.string().nullish()
  }),
  z.looseObject({ type: z.enum([...clientCallTypes, ...clientOutputTypes]) }),
  z.looseObject({ type: z.enum(passedOverTypes) }), // what it has done is done
  z.object({ type: z.literal('item_reference'), id })
])

/** One item as clients send it: a message may leave its type out, what is not named here is not looked at. */
export const inputItem = z.preprocess(
  (item) =>
    isUntyped(item) ? { ...item, type: 'id' in item && !('role' in item) ? 'item_reference' : 'message' } : item,
  typed
)

export type InputItem = z.output<typeof inputItem>

function isUntyped(item: unknown): item is object {
  return (
    typeof item === 'object' &&
    item !== null &&
    !Array.isArray(item) &&
    (!('type' in item) || item.type === null || item.type === undefined)
  )
}
