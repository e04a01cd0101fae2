import { inputFrom } from '../../turn/input.ts'
import type { ReadImage } from '../../openai/image.ts'
import { serviceTierFrom } from '../../openai/service-tier.ts'
import type { HistoryItem, TurnRequest } from '../../turn/request.ts'
import { settingsOf } from '../accept.ts'
import type { AcceptedModel } from '../accept.ts'
import { outputSchemaFrom } from '../output-schema.ts'
import { historyFrom } from '../../openai/items/history.ts'
import { wantsEncryptedReasoning } from './include.ts'
import type { ResponseRequest } from './schema.ts'
import { responseToolsFrom } from './tools.ts'

/** A response as a turn; `model` has the effort that it asks for, `before` is what it continues. Throws a `GatewayError` for what only shows on a second look: images, schemas, orphaned outputs. */
export function turnRequestFromResponse(
  request: ResponseRequest,
  model: AcceptedModel,
  before: readonly HistoryItem[],
  readImage: ReadImage
): TurnRequest {
  const tier = serviceTierFrom(request.service_tier)
  const outputSchema = outputSchemaFrom(request.text?.format, 'text.format.schema')
  const said = inputFrom(historyFrom(request.input, before, readImage))
  const tools = responseToolsFrom(request.tools ?? [], request.tool_choice, request.parallel_tool_calls)
  const turn = Object.assign(settingsOf(model), said, tools, { outputSchema })
  if (request.text?.verbosity) turn.verbosity = request.text.verbosity
  if (tier) turn.serviceTier = tier
  if (wantsEncryptedReasoning(request)) turn.encryptedReasoning = true
  if (request.instructions) turn.instructions = request.instructions
  if (request.text?.format?.type === 'json_schema' && request.text.format.strict) turn.strictOutput = true
  return turn
}
