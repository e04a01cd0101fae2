import { inputFrom } from '../../turn/input.ts'
import type { ResolvedModel } from '../../models/resolve.ts'
import { checkSchema } from '../../openai/structured.ts'
import { anyObjectSchema } from '../../text/any-object.ts'
import type { HistoryItem, TurnRequest } from '../../turn/request.ts'
import { historyFrom } from './history.ts'
import type { ResponseRequest } from './schema.ts'
import { functionToolsFrom, toolChoiceFrom } from './tools.ts'

/** A response as a turn; `before` is what it continues. Throws a `GatewayError` for what only shows on a second look: images, schemas, orphaned outputs. */
export function turnRequestFromResponse(
  request: ResponseRequest,
  model: ResolvedModel,
  before: readonly HistoryItem[] = []
): TurnRequest {
  const { name: _name, stripAnswerTags: _strip, ...alias } = model
  const effort = request.reasoning?.effort ?? model.effort
  const outputSchema = outputSchemaFrom(request)
  return {
    ...alias,
    ...inputFrom(historyFrom(request.input, before)),
    ...(request.instructions && { instructions: request.instructions }),
    ...(effort && { effort }),
    ...toolsFrom(request),
    ...(outputSchema && { outputSchema })
  }
}

/** Tools that may not be called are not offered, so that any engine can run the turn. */
function toolsFrom(request: ResponseRequest): Pick<TurnRequest, 'tools' | 'toolChoice' | 'parallelToolCalls'> {
  const tools = functionToolsFrom(request.tools ?? [])
  const toolChoice = toolChoiceFrom(request.tool_choice, tools)
  if (tools.length === 0 || toolChoice === 'none') return {}
  const parallel = request.parallel_tool_calls
  return {
    tools,
    ...(toolChoice && { toolChoice }),
    ...(typeof parallel === 'boolean' && { parallelToolCalls: parallel })
  }
}

function outputSchemaFrom({ text }: ResponseRequest): Record<string, unknown> | undefined {
  const format = text?.format
  if (format?.type === 'json_object') return anyObjectSchema
  if (format?.type !== 'json_schema') return undefined
  checkSchema(format.schema, 'text.format.schema')
  return format.schema
}
