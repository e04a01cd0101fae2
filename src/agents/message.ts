import type { InputPart } from '../threads/input.ts'
import type { NewRecord } from './turn-host.ts'

/** A part of a user's message, or of what a function returned; an image is a data URL that was checked. */
export type Content = { type: 'input_text'; text: string } | { type: 'input_image'; image_url: string }

/** A user's message. */
export interface Message {
  content: readonly Content[]
}

/** A user's message, which may be shown already. */
export interface Given extends Message {
  isShown: boolean
  /** What is stored with it. */
  records?: readonly NewRecord[]
}

/** A message as threads take it. */
export function messageInput({ content }: Message): InputPart[] {
  return content.map((part) =>
    part.type === 'input_text' ? { type: 'text', text: part.text } : { type: 'image', url: part.image_url }
  )
}

/** A message of app-server's as the API has it. */
export function contentFrom(content: readonly unknown[]): Message['content'] {
  return content.flatMap((part) => {
    const { type, text, url } = part as Record<string, unknown>
    if (type === 'text') return { type: 'input_text' as const, text: String(text) }
    return type === 'image' ? { type: 'input_image' as const, image_url: String(url) } : []
  })
}
