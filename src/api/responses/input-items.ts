import { z } from 'zod'
import { parsed } from '../../openai/invalid.ts'
import type { InputItem } from './item.ts'

/** Which page of the list is wanted. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1, 'it must be at least 1').max(100, 'it must be at most 100').default(20),
  order: z.enum(['asc', 'desc']).default('desc'),
  after: z.string().optional()
})

/** One page, for the description of the API. */
export const itemsPage = z.object({
  object: z.literal('list'),
  data: z.array(z.looseObject({ type: z.string(), id: z.string() })),
  first_id: z.string().nullable(),
  last_id: z.string().nullable(),
  has_more: z.boolean()
})

/** A page of a response's input, as OpenAI lists it: the latest first by default. `key` is what the items' ids are made of. Throws for an invalid query. */
export function inputItemsPage(input: readonly InputItem[], key: string, query: unknown) {
  const { limit, order, after } = parsed(pageQuery, query)
  const all = input.map((item, index) => listed(item, `${key}${String(index).padStart(4, '0')}`))
  if (order === 'desc') all.reverse()
  const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1
  const data = all.slice(start, start + limit)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: start + limit < all.length
  }
}

/** Every text as a part, and the item with an id, which its client need not have sent. */
function listed(item: InputItem, key: string) {
  switch (item.type) {
    case 'message': {
      const type = item.role === 'assistant' ? 'output_text' : 'input_text'
      const content = typeof item.content === 'string' ? [{ type, text: item.content }] : (item.content ?? [])
      return { ...item, id: `msg_in${key}`, status: 'completed', content }
    }
    case 'function_call':
      return { ...item, id: `fc_in${key}`, status: 'completed' }
    case 'custom_tool_call':
      return { ...item, id: `ctc_in${key}`, status: 'completed' }
    case 'function_call_output':
      return { ...item, id: `fco_in${key}`, status: 'completed', output: item.output ?? '' }
    case 'custom_tool_call_output':
      return { ...item, id: `ctco_in${key}`, status: 'completed', output: item.output ?? '' }
    case 'reasoning':
      return { ...item, id: `rs_in${key}`, summary: item.summary ?? [] }
    case 'mcp_call':
      return { ...item, id: `mcp_in${key}` }
    case 'web_search_call':
      return { ...item, id: `ws_in${key}` }
    case 'item_reference':
      return item // none is stored: each was resolved before
    default:
      return { ...item, id: `item_in${key}` }
  }
}
