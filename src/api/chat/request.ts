import type { ResolvedModel } from '../../openai/resolve.ts'
import { anyObjectSchema, checkSchema } from '../../openai/structured.ts'
import type { HistoryItem, TurnRequest } from '../../turn/request.ts'
import { historyFrom } from './history.ts'
import type { ChatRequest } from './schema.ts'
import { functionToolsFrom, toolChoiceFrom } from './tools.ts'

/** A chat completion as a turn. Throws a `GatewayError` for what only shows on a second look: images, schemas, orphaned results. */
export function turnRequestFromChat(request: ChatRequest, model: ResolvedModel): TurnRequest {
  const { name: _name, stripAnswerTags: _strip, ...alias } = model
  const effort = request.reasoning_effort ?? request.reasoning?.effort ?? model.effort
  const outputSchema = outputSchemaFrom(request)
  return {
    ...alias,
    ...turnsFrom(historyFrom(request.messages)),
    ...(effort && { effort }),
    ...toolsFrom(request),
    ...(outputSchema && { outputSchema })
  }
}

/** What the user says last is the turn's input. When somebody else spoke last, or a user with a name, which an input has not, all is history. */
function turnsFrom(items: HistoryItem[]): Pick<TurnRequest, 'input' | 'history'> {
  const last = items.at(-1)
  if (last?.type !== 'message' || last.role !== 'user' || last.name) return { input: [], history: items }
  return { input: last.content, ...(items.length > 1 && { history: items.slice(0, -1) }) }
}

/** Tools that may not be called are not offered, so that any engine can run the turn. */
function toolsFrom(request: ChatRequest): Pick<TurnRequest, 'tools' | 'toolChoice' | 'parallelToolCalls'> {
  const tools = functionToolsFrom(request.tools ?? [])
  const toolChoice = toolChoiceFrom(request.tool_choice, request.tools)
  if (tools.length === 0 || toolChoice === 'none') return {}
  const parallel = request.parallel_tool_calls
  return { tools, ...(toolChoice && { toolChoice }), ...(typeof parallel === 'boolean' && { parallelToolCalls: parallel }) }
}

function outputSchemaFrom({ response_format: format }: ChatRequest): Record<string, unknown> | undefined {
  if (format?.type === 'json_object') return anyObjectSchema
  if (format?.type !== 'json_schema') return undefined
  checkSchema(format.json_schema.schema, 'response_format.json_schema.schema')
  return format.json_schema.schema
}
