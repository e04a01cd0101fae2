import { z } from 'zod'
import type { ChatMessage } from './message.ts'

/** A message of a stored completion, as OpenAI lists it: its text, or its parts where it was sent so. */
export type StoredMessage = {
  id: string
  role: string
  content: string | null
  content_parts: object[] | null
} & Record<string, unknown>

/** For the description of the API. */
export const storedMessage = z.looseObject({
  id: z.string(),
  role: z.string(),
  content: z.string().nullable(),
  content_parts: z.array(z.looseObject({ type: z.string() })).nullable()
})

/** The messages of a request. `id` is the completion's. */
export function storedMessages(messages: readonly ChatMessage[], id: string): StoredMessage[] {
  return messages.map(({ content = null, ...message }, index) => ({
    ...withoutNulls(message),
    id: `${id}-${index}`,
    role: message.role,
    content: typeof content === 'string' ? content : null,
    content_parts: Array.isArray(content) ? partsOf(content) : null
  }))
}

type Part = Exclude<ChatMessage['content'], string | null | undefined>[number]

function partsOf(parts: readonly Part[]): object[] {
  return parts.flatMap((part) => {
    if ('text' in part) return { type: 'text', text: part.text }
    if ('image_url' in part) {
      const { image_url: image } = part
      return { type: 'image_url', image_url: typeof image === 'string' ? { url: image } : image }
    }
    return 'refusal' in part || 'file' in part ? part : []
  })
}

const withoutNulls = (message: object) =>
  Object.fromEntries(Object.entries(message).filter(([, value]) => value !== null && value !== undefined))
