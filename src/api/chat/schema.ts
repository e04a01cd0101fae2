import { z } from 'zod'
import { parsed } from '../../openai/invalid.ts'
import { completionFields, tokenLimit } from '../../openai/numbers.ts'
import { serviceTier } from '../../openai/service-tier.ts'
import { schemaName } from '../../openai/structured.ts'
import { searchOptions } from '../../openai/web-search.ts'
import { efforts, verbosities } from '../../turn/request.ts'
import { chatMessage } from './message.ts'
import { chatFunction, chatFunctionCall, chatTool, chatToolChoice } from './tools.ts'

/** The limits of one request: counts, and lengths in characters. */
const limits = { choices: 8, messages: 10_000, tools: 128, stop: 4, stopLength: 256, model: 256 }

const effort = z.enum(efforts).nullish()
const stop = z.string().max(limits.stopLength, `at most ${limits.stopLength} characters`)
const atLeastOne = 'at least one message is needed'

const responseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    json_schema: z.object({
      name: schemaName,
      schema: z.record(z.string(), z.unknown()),
      strict: z.boolean().nullish()
    })
  })
])

/** The body of a chat completion, for all that is honoured or must be right. `null` is absent; what is not named here is not looked at. */
export const chatRequest = z.object({
  model: z.string().max(limits.model, `at most ${limits.model} characters`).nullish(),
  messages: z.array(chatMessage).min(1, atLeastOne).max(limits.messages, `at most ${limits.messages} messages`),
  n: z.int().min(1).max(limits.choices).nullish(),
  stream: z.boolean().nullish(),
  store: z.boolean().nullish(),
  metadata: z.unknown().optional(), // looked at only where the completion is stored
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  stop: z.union([stop, z.array(stop).max(limits.stop, `at most ${limits.stop} sequences`)]).nullish(),
  reasoning_effort: effort,
  reasoning: z.object({ effort }).nullish(),
  verbosity: z.enum(verbosities).nullish(),
  service_tier: serviceTier,
  ...completionFields,
  max_completion_tokens: tokenLimit,
  response_format: responseFormat.nullish(),
  tools: z.array(chatTool).max(limits.tools, `at most ${limits.tools} tools`).nullish(),
  tool_choice: chatToolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  web_search_options: searchOptions.nullish(),
  functions: z.array(chatFunction).max(limits.tools, `at most ${limits.tools} functions`).nullish(),
  function_call: chatFunctionCall.nullish()
})

export type ChatRequest = z.output<typeof chatRequest>

/** Lists are counted first and read one by one: zod would gather a complaint for every member of a list of millions. */
const envelope = chatRequest.extend({
  messages: z.array(z.unknown()).min(1, atLeastOne).max(limits.messages, `at most ${limits.messages} messages`),
  tools: z.array(z.unknown()).max(limits.tools, `at most ${limits.tools} tools`).nullish()
})

/** Reads a body. Throws a `GatewayError` that names the first bad field. */
export function chatRequestFrom(body: unknown): ChatRequest {
  const { messages, tools, ...rest } = parsed(envelope, body)
  return {
    messages: messages.map((message, index) => parsed(chatMessage, message, ['messages', index])),
    ...(tools && { tools: tools.map((tool, index) => parsed(chatTool, tool, ['tools', index])) }),
    ...rest
  }
}
