type Lifecycle = 'created' | 'queued' | 'in_progress' | 'completed' | 'incomplete' | 'failed'

/** The events of OpenAI's Responses API that a stream has here. */
export type ResponseEventName =
  | `response.${Lifecycle}`
  | `response.output_item.${'added' | 'done'}`
  | `response.content_part.${'added' | 'done'}`
  | `response.output_text.${'delta' | 'done'}`
  | 'response.output_text.annotation.added'
  | `response.refusal.${'delta' | 'done'}`
  | `response.reasoning_summary_part.${'added' | 'done'}`
  | `response.reasoning_summary_text.${'delta' | 'done'}`
  | `response.function_call_arguments.${'delta' | 'done'}`
  | `response.custom_tool_call_input.${'delta' | 'done'}`
  | `response.mcp_call.${'in_progress' | 'completed' | 'failed'}`
  | `response.mcp_call_arguments.${'delta' | 'done'}`
  | `response.web_search_call.${'in_progress' | 'searching' | 'completed'}`
  | 'error'

/** An event of a stream, without its `sequence_number`. */
export type ResponseEvent = { type: ResponseEventName } & Record<string, unknown>
