import { z } from 'zod'
import type { UserInput } from '../turn/request.ts'
import type { ReadImage } from './image.ts'

/** One part of a message's content, in all spellings that clients use. An image is a data URL. */
type ContentPart = { text: string } | { refusal: string } | { image_url: string | { url: string } } | Thought

/** What another model thought: it is left out. */
export const thoughtPart = z.object({ type: z.enum(['thinking', 'redacted_thinking', 'reasoning']) })
type Thought = z.output<typeof thoughtPart>

/** Content as a user's input; none is an empty text. `at` is its place in the request. Throws for an image that is none. */
export function userInputFrom(
  content: string | readonly ContentPart[] | null | undefined,
  at: string,
  readImage: ReadImage
): UserInput[] {
  if (!content?.length) return [{ type: 'text', text: '' }]
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  const parts = content.flatMap((part, index): UserInput | [] => {
    if ('text' in part) return { type: 'text', text: part.text }
    if ('refusal' in part) return { type: 'text', text: part.refusal }
    if (!('image_url' in part)) return []
    const { image_url: image } = part
    const place = `${at}[${index}].image_url`
    return typeof image === 'string' ? readImage(image, place) : readImage(image.url, `${place}.url`)
  })
  return parts.length > 0 ? parts : [{ type: 'text', text: '' }]
}
