/** What the demo model does: it calls a tool, or it writes a message and ends the turn. */
export interface Reply {
  type: 'message' | 'function_call' | 'custom_tool_call'
  /** The tool's name. */
  name?: string
  /** The message, or the arguments or input of the call. */
  text: string
}

interface WireEvent {
  type: string
  [more: string]: unknown
}

/** A reply as the events of the Responses API that codex acts on (0.169). `number` makes ids that differ; token counts are a guess. */
export function eventsOf(reply: Reply, number: number, requestBytes: number): WireEvent[] {
  const response = { id: `resp_${number}`, object: 'response' }
  const item = itemOf(reply, number)
  const deltas = reply.type === 'message' ? piecesOf(reply.text) : []
  return [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...item, status: 'in_progress', ...(reply.type === 'message' && { content: [] }) }
    },
    ...deltas.map((delta) => ({
      type: 'response.output_text.delta',
      item_id: item.id,
      output_index: 0,
      content_index: 0,
      delta
    })),
    { type: 'response.output_item.done', output_index: 0, item },
    {
      type: 'response.completed',
      response: { ...response, status: 'completed', output: [item], usage: usageOf(requestBytes, reply.text.length) }
    }
  ]
}

function itemOf({ type, name, text }: Reply, number: number) {
  const head = { type, status: 'completed', id: `item_${number}`, name, call_id: `call_${number}` }
  switch (type) {
    case 'message':
      return {
        type,
        status: 'completed',
        id: `msg_${number}`,
        role: 'assistant',
        content: [{ type: 'output_text', text, annotations: [] }]
      }
    case 'function_call':
      return { ...head, arguments: text }
    case 'custom_tool_call':
      return { ...head, input: text }
  }
}

/** Text in pieces of a few words; a long word is cut, a character never. */
function piecesOf(text: string): string[] {
  return text.match(/[^]{1,20}(?=\s|$)|[^]{1,20}/gu) ?? []
}

function usageOf(requestBytes: number, answerLength: number) {
  const [input, output] = [Math.ceil(requestBytes / 4), Math.ceil(answerLength / 4)]
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output
  }
}
