import { z } from 'zod'
import { thoughtPart } from '../../openai/content.ts'
import { filePart, nestedFilePart, soundPart } from '../../openai/file.ts'

/** The limits of one message: counts, and lengths in characters. */
const limits = { parts: 1_000, toolCalls: 128, id: 1_024, name: 256 }

const textPart = z.object({ type: z.enum(['text', 'input_text', 'output_text']), text: z.string() })
const refusalPart = z.object({ type: z.literal('refusal'), refusal: z.string() })
const imagePart = z.object({
  type: z.enum(['image_url', 'input_image']),
  image_url: z.union([z.string(), z.object({ url: z.string() })])
})

const contentOf = <T extends z.ZodType>(part: T) =>
  z.union([z.string(), z.array(part).max(limits.parts, `at most ${limits.parts} parts`), z.null()])
const text = contentOf(z.discriminatedUnion('type', [textPart, refusalPart, thoughtPart]))
const textAndImages = contentOf(
  z.discriminatedUnion('type', [textPart, refusalPart, imagePart, filePart, nestedFilePart, soundPart])
)

const id = z.string().min(1, 'it is empty').max(limits.id, `at most ${limits.id} characters`)
const name = z.string().max(limits.name, `at most ${limits.name} characters`)
const call = z.object({ name: name.min(1, 'it is empty'), arguments: z.string() })

const customCall = z.object({ name: call.shape.name, input: z.string() })

const toolCall = z.union([
  z.object({ id, type: z.literal('function').optional(), function: call }),
  z.object({ id, type: z.literal('custom'), custom: customCall })
])

const named = { name: name.nullish() }

/** One message as clients send it; `null` is absent, and what is not named here is not looked at. */
export const chatMessage = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer']), content: text, ...named }),
  z.object({ role: z.literal('user'), content: textAndImages, ...named }),
  z.object({
    role: z.literal('assistant'),
    content: text.optional(),
    refusal: z.string().nullish(),
    tool_calls: z.array(toolCall).max(limits.toolCalls, `at most ${limits.toolCalls} calls`).nullish(),
    function_call: call.nullish(),
    ...named
  }),
  z.object({ role: z.literal('tool'), content: textAndImages, tool_call_id: id, ...named }),
  z.object({ role: z.literal('function'), content: textAndImages, name: name.min(1, 'it is empty') })
])

export type ChatMessage = z.output<typeof chatMessage>
export type AssistantMessage = Extract<ChatMessage, { role: 'assistant' }>
