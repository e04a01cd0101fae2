import { z } from 'zod'
import type { UserInput } from '../turn/request.ts'
import { fileInputFrom, refuseSound } from './file.ts'
import type { FileFields } from './file.ts'
import type { ReadImage } from './image.ts'

/** One part of a message's content, in all spellings that clients use. An image is a data URL. */
type ContentPart =
  | { text: string }
  | { refusal: string }
  | { image_url: string | { url: string } }
  | { file: FileFields }
  | (FileFields & { type: 'input_file' })
  | { type: 'input_audio' }
  | Thought

/** What another model thought: it is left out. */
export const thoughtPart = z.object({ type: z.enum(['thinking', 'redacted_thinking', 'reasoning']) })
type Thought = z.output<typeof thoughtPart>

const none: UserInput = { type: 'text', text: '' }

/** Content as a user's input; none is an empty text. `at` is its place in the request. Throws for an image or a file that is none. */
export function userInputFrom(
  content: string | readonly ContentPart[] | null | undefined,
  at: string,
  readImage: ReadImage
): UserInput[] {
  if (!content?.length) return [none]
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  const parts = content.flatMap((part, index) => inputFrom(part, `${at}[${index}]`, readImage) ?? [])
  return parts.length > 0 ? parts : [none]
}

/** Undefined for what is left out. */
function inputFrom(part: ContentPart, at: string, readImage: ReadImage): UserInput | undefined {
  if ('text' in part) return { type: 'text', text: part.text }
  if ('refusal' in part) return { type: 'text', text: part.refusal }
  if ('image_url' in part) {
    const { image_url: image } = part
    return typeof image === 'string' ? readImage(image, `${at}.image_url`) : readImage(image.url, `${at}.image_url.url`)
  }
  if ('file' in part) return fileInputFrom(part.file, `${at}.file`, readImage)
  if (part.type === 'input_file') return fileInputFrom(part, at, readImage)
  return part.type === 'input_audio' ? refuseSound(at) : undefined
}
