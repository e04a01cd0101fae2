import { createHash } from 'node:crypto'
import type { Content } from './message.ts'

/** What a function of the caller's returned. */
export interface ToolResult {
  turn_id: string
  call_id: string
  success: boolean
  output?: string | readonly Content[] | null | undefined
  error?: string | null | undefined
}

/** What distinguishes the call. */
export const callKey = ({ turn_id, call_id }: ToolResult) => `${turn_id} ${call_id}`

/** What distinguishes the result. */
export function hashOf({ success, output = null, error = null }: ToolResult): string {
  return createHash('sha256')
    .update(JSON.stringify([success, output, error]))
    .digest('hex')
}

/** What codex is answered. */
export function contentItemsFrom({ success, output, error }: ToolResult): object[] {
  if (!success)
    return [{ type: 'inputText', text: error ?? (typeof output === 'string' ? output : 'The call failed.') }]
  if (typeof output !== 'object' || output === null) return [{ type: 'inputText', text: output ?? '' }]
  return output.map((part) =>
    part.type === 'input_text'
      ? { type: 'inputText', text: part.text }
      : { type: 'inputImage', imageUrl: part.image_url }
  )
}
