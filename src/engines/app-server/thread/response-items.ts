import { GatewayError } from '../../../turn/error.ts'
import type { HistoryItem, UserInput } from '../../../turn/request.ts'

/** An item of the Responses API, as `thread/inject_items` takes it. */
export type ResponseItem = Record<string, unknown> & { type: string }

/** A history as app-server takes it: instructions at its beginning become the thread's, the rest is put into the thread. */
export interface ThreadContent {
  instructions: string | undefined
  items: ResponseItem[]
}

/** Throws `invalid_request` for a tool's result whose call is not in the history. */
export function threadContentFrom(history: readonly HistoryItem[], instructions: string | undefined): ThreadContent {
  const leading = history.findIndex((item) => item.type !== 'message' || !isInstruction(item))
  const cut = leading === -1 ? history.length : leading
  const texts = [
    instructions,
    ...history.slice(0, cut).map((item) => (item.type === 'message' ? textOf(item.content) : ''))
  ]
  const items = responseItemsFrom(history.slice(cut))
  checkCalls(items)
  return { instructions: texts.filter((text) => text).join('\n\n') || undefined, items }
}

/** What `thread/inject_items` takes; messages without content are left out. */
export function responseItemsFrom(history: readonly HistoryItem[]): ResponseItem[] {
  return history.flatMap((item) => responseItemFrom(item))
}

function isInstruction(item: { role: string }): boolean {
  return item.role === 'system' || item.role === 'developer'
}

function responseItemFrom(item: HistoryItem): ResponseItem[] {
  switch (item.type) {
    case 'message': {
      const role = item.role === 'system' ? 'developer' : item.role // app-server drops system messages silently (codex-cli 0.169)
      const named =
        item.name !== undefined && item.role === 'user'
          ? [{ type: 'text' as const, text: `${item.name}:` }, ...item.content]
          : item.content
      const content = named.flatMap((part) => contentPartFrom(part, role))
      const phase = item.phase && { phase: item.phase }
      return content.length > 0 ? [{ type: 'message', role, content, ...phase }] : []
    }
    case 'reasoning': {
      const summary = item.summary.map((text) => ({ type: 'summary_text', text }))
      return [{ type: 'reasoning', summary, encrypted_content: item.encrypted_content }]
    }
    case 'tool_call':
      return [{ type: 'function_call', call_id: item.call_id, name: item.name, arguments: item.arguments }]
    case 'tool_result':
      return [{ type: 'function_call_output', call_id: item.call_id, output: outputFrom(item.output) }]
  }
}

function contentPartFrom(part: UserInput, role: string): object[] {
  if (part.type === 'image') return [{ type: 'input_image', image_url: part.url }]
  if (part.text === '') return []
  return [{ type: role === 'assistant' ? 'output_text' : 'input_text', text: part.text }]
}

function outputFrom(output: UserInput[]): unknown {
  if (output.every((part) => part.type === 'text')) return textOf(output)
  return output.flatMap((part) => contentPartFrom(part, 'tool'))
}

function textOf(content: readonly UserInput[]): string {
  return content
    .map((part) => (part.type === 'text' ? part.text : ''))
    .filter((text) => text !== '')
    .join('\n')
}

/** Codex would drop a result without a call, and the model would answer as if nothing had been returned. */
function checkCalls(items: readonly ResponseItem[]): void {
  const called = new Set<unknown>()
  for (const item of items) {
    if (item.type === 'function_call') called.add(item['call_id'])
    else if (item.type === 'function_call_output' && !called.has(item['call_id'])) {
      throw new GatewayError(
        'invalid_request',
        `There is no earlier tool call with the id of this tool result: ${JSON.stringify(item['call_id'])}.`,
        { param: 'messages' }
      )
    }
  }
}
