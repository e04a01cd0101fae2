import { z } from 'zod'
import { isClientItem } from './foreign-items.ts'
import type { InputItem } from './item.ts'

/** An item as OpenAI lists it: with an id, which its client need not have sent, and every text as a part. */
export type ListedItem = { type: string; id: string } & Record<string, unknown>

/** For the description of an API. */
export const listedItem = z.looseObject({ type: z.string(), id: z.string() })

type Content = Extract<InputItem, { type: 'message' }>['content']
type Part = Exclude<Content, string | null>[number]

const prefixes: Readonly<Record<string, string>> = {
  message: 'msg',
  function_call: 'fc',
  custom_tool_call: 'ctc',
  function_call_output: 'fco',
  custom_tool_call_output: 'ctco',
  reasoning: 'rs',
  mcp_call: 'mcp',
  web_search_call: 'ws',
  compaction: 'cmp'
}

/** The items of one request. `key` is what their ids are made of. */
export function listedItems(items: readonly InputItem[], key: string): ListedItem[] {
  return items.map((item, index) =>
    listed(item, `${prefixes[item.type] ?? 'item'}_in${key}${String(index).padStart(4, '0')}`)
  )
}

function listed(item: InputItem, id: string): ListedItem {
  const status = 'completed'
  switch (item.type) {
    case 'message':
      return { ...item, id, status, content: partsOf(item.content, item.role === 'assistant') }
    case 'function_call':
    case 'custom_tool_call':
      return { ...item, id, status }
    case 'function_call_output':
    case 'custom_tool_call_output': {
      const { output } = item
      return { ...item, id, status, output: Array.isArray(output) ? partsOf(output, false) : (output ?? '') }
    }
    case 'reasoning':
      return { ...item, id, summary: item.summary ?? [] }
    default: // some outputs name their call by their own id alone
      return isClientItem(item) && item['call_id'] === undefined
        ? { ...item, call_id: item['id'], id }
        : { ...item, id }
  }
}

function partsOf(content: Content, isOutput: boolean): object[] {
  if (typeof content === 'string') return [textPart(content, isOutput)]
  return (content ?? []).flatMap((part: Part) => {
    if ('text' in part) return textPart(part.text, isOutput)
    if ('image_url' in part) return imagePart(part)
    if ('file' in part) return { type: 'input_file', ...part.file }
    return 'refusal' in part || part.type === 'input_file' ? part : [] // what another model thought
  })
}

const textPart = (text: string, isOutput: boolean) =>
  isOutput ? { type: 'output_text', text, annotations: [], logprobs: [] } : { type: 'input_text', text }

function imagePart({ image_url: image, detail }: Extract<Part, { image_url: unknown }>): object {
  return {
    type: 'input_image',
    detail: detail ?? 'auto',
    file_id: null,
    image_url: typeof image === 'string' ? image : image.url
  }
}
