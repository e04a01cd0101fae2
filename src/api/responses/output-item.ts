import type { Citation, MessagePhase } from '../../turn/item.ts'

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

/** A source of a text, as OpenAI's clients know it. */
export type UrlCitation = Citation & { type: 'url_citation' }

export interface TextPart {
  type: 'output_text'
  text: string
  annotations: UrlCitation[]
  logprobs: []
}

export interface RefusalPart {
  type: 'refusal'
  refusal: string
}

export interface MessageItem {
  id: string
  type: 'message'
  status: ItemStatus
  role: 'assistant'
  content: (TextPart | RefusalPart)[]
  phase?: MessagePhase | undefined
}

export interface ReasoningItem {
  id: string
  type: 'reasoning'
  status: ItemStatus
  summary: { type: 'summary_text'; text: string }[]
  encrypted_content?: string | undefined
}

export interface FunctionCallItem {
  id: string
  type: 'function_call'
  status: ItemStatus
  call_id: string
  name: string
  arguments: string
}

/** A call of a tool that takes free text. */
export interface CustomCallItem {
  id: string
  type: 'custom_tool_call'
  status: ItemStatus
  call_id: string
  name: string
  input: string
}

/**
 * Work as a call of a remote MCP server's tool: of all kinds that clients know, the one that shows who did what with what result,
 * and that no client would do again by itself, as it would a `local_shell_call`.
 */
export interface McpCallItem {
  id: string
  type: 'mcp_call'
  status: 'in_progress' | 'completed' | 'failed' | 'incomplete'
  server_label: string
  name: string
  arguments: string
  output: string | null
  error: string | null
}

export interface WebSearchItem {
  id: string
  type: 'web_search_call'
  status: 'in_progress' | 'completed' | 'failed'
  action: { type: 'search'; query: string; queries: string[] }
}

export type OutputItem = MessageItem | ReasoningItem | FunctionCallItem | CustomCallItem | McpCallItem | WebSearchItem

/** The place of an item in the output. */
export interface Place {
  id: string
  index: number
}
