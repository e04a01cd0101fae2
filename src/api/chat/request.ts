import { inputFrom } from '../../turn/input.ts'
import type { ReadImage } from '../../openai/image.ts'
import { serviceTierFrom } from '../../openai/service-tier.ts'
import type { TurnRequest } from '../../turn/request.ts'
import { settingsOf } from '../accept.ts'
import type { AcceptedModel } from '../accept.ts'
import { outputSchemaFrom } from '../output-schema.ts'
import { chatHistoryFrom } from './history.ts'
import type { ChatRequest } from './schema.ts'
import { chatToolsFrom } from './tools.ts'

/** A chat completion as a turn; `model` has the effort that it asks for. Throws a `GatewayError` for what only shows on a second look: images, schemas, orphaned results. */
export function turnRequestFromChat(request: ChatRequest, model: AcceptedModel, readImage: ReadImage): TurnRequest {
  const tier = serviceTierFrom(request.service_tier)
  const format = request.response_format
  const outputSchema = outputSchemaFrom(
    format?.type === 'json_schema' ? { type: format.type, schema: format.json_schema.schema } : format,
    'response_format.json_schema.schema'
  )
  const said = inputFrom(chatHistoryFrom(request.messages, readImage))
  const turn = Object.assign(settingsOf(model), said, chatToolsFrom(request), { outputSchema })
  if (request.verbosity) turn.verbosity = request.verbosity
  if (tier) turn.serviceTier = tier
  if (format?.type === 'json_schema' && format.json_schema.strict) turn.strictOutput = true
  return turn
}
