import { inputFrom } from '../../turn/input.ts'
import type { ResolvedModel } from '../../models/resolve.ts'
import { checkSchema } from '../../openai/structured.ts'
import { anyObjectSchema } from '../../text/any-object.ts'
import type { TurnRequest } from '../../turn/request.ts'
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
    ...inputFrom(historyFrom(request.messages)),
    ...(effort && { effort }),
    ...toolsFrom(request),
    ...(outputSchema && { outputSchema })
  }
}

/** Tools that may not be called are not offered, so that any engine can run the turn. */
function toolsFrom(request: ChatRequest): Pick<TurnRequest, 'tools' | 'toolChoice' | 'parallelToolCalls'> {
  const tools = functionToolsFrom(request.tools ?? [])
  const toolChoice = toolChoiceFrom(request.tool_choice, request.tools)
  if (tools.length === 0 || toolChoice === 'none') return {}
  const parallel = request.parallel_tool_calls
  return {
    tools,
    ...(toolChoice && { toolChoice }),
    ...(typeof parallel === 'boolean' && { parallelToolCalls: parallel })
  }
}

function outputSchemaFrom({ response_format: format }: ChatRequest): Record<string, unknown> | undefined {
  if (format?.type === 'json_object') return anyObjectSchema
  if (format?.type !== 'json_schema') return undefined
  checkSchema(format.json_schema.schema, 'response_format.json_schema.schema')
  return format.json_schema.schema
}
