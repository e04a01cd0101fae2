import type { HistoryItem, TurnRequest, UserInput } from './request.ts'

/** A conversation as one prompt, with the images (data URLs) it mentions as `[image 1]`, `[image 2]`, … in order. */
export interface Transcript {
  text: string
  images: string[]
}

/**
 * Flattens a request for an engine that takes only a prompt: `ROLE: text`, joined by a blank line.
 * Text and markup cannot be distinguished here, so a user may write what looks like another role.
 */
export function transcriptFrom(request: TurnRequest): Transcript {
  const images: string[] = []
  const blocks = [
    ...(request.instructions ? [`DEVELOPER: ${request.instructions}`] : []),
    ...(request.history ?? []).flatMap((item) => (item.type === 'reasoning' ? [] : block(item, images))),
    ...(request.input.length > 0 ? [`USER: ${textOf(request.input, images)}`] : [])
  ]
  return { text: blocks.join('\n\n').trim(), images }
}

function block(item: Exclude<HistoryItem, { type: 'reasoning' }>, images: string[]): string {
  switch (item.type) {
    case 'message':
      return `${item.role.toUpperCase()}${item.name ? ` (${item.name})` : ''}: ${textOf(item.content, images)}`
    case 'tool_call':
      return `ASSISTANT TOOL CALL ${item.call_id}: ${item.name}(${item.arguments})`
    case 'tool_result':
      return `TOOL RESULT ${item.call_id}${item.name ? ` (${item.name})` : ''}: ${textOf(item.output, images)}`
  }
}

/** Adjacent parts are separated by a line break. */
function textOf(content: UserInput[], images: string[]): string {
  return content.map((part) => (part.type === 'text' ? part.text : `[image ${images.push(part.url)}]`)).join('\n')
}
