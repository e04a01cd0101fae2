import { z } from 'zod'
import { parsed } from '../../openai/invalid.ts'
import { metadata } from '../../openai/metadata.ts'
import { samplingFields, tokenLimit } from '../../openai/numbers.ts'
import { serviceTier } from '../../openai/service-tier.ts'
import { schemaName } from '../../openai/structured.ts'
import { efforts, verbosities } from '../../turn/request.ts'
import { inputItem } from '../../openai/items/item.ts'
import type { InputItem } from '../../openai/items/item.ts'
import { responseTool, responseToolChoice } from './tools.ts'

/** The limits of one request: counts, and lengths in characters. */
const limits = { items: 10_000, tools: 128, model: 256, pairs: 16, value: 512, id: 256 }

const short = z.string().max(limits.value, `at most ${limits.value} characters`)
const conversationId = z.string().max(limits.id, `at most ${limits.id} characters`)
const atLeastOne = 'at least one item is needed'
const summary = z.enum(['auto', 'concise', 'detailed']).nullish()

const format = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({
    type: z.literal('json_schema'),
    name: schemaName,
    description: z.string().nullish(),
    schema: z.record(z.string(), z.unknown()),
    strict: z.boolean().nullish()
  })
])

/** The body of a response, for all that is honoured or echoed. `null` is absent; what is not named here is not looked at. */
export const responseRequest = z.object({
  model: z.string().max(limits.model, `at most ${limits.model} characters`).nullish(),
  input: z.union([
    z.string(),
    z.array(inputItem).min(1, atLeastOne).max(limits.items, `at most ${limits.items} items`)
  ]),
  include: z.array(short).max(limits.pairs, `at most ${limits.pairs} values`).nullish(),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  store: z.boolean().nullish(),
  background: z.boolean().nullish(),
  conversation: z.union([conversationId, z.object({ id: conversationId })]).nullish(),
  previous_response_id: z.string().max(limits.id, `at most ${limits.id} characters`).nullish(),
  text: z.object({ format: format.nullish(), verbosity: z.enum(verbosities).nullish() }).nullish(),
  service_tier: serviceTier,
  reasoning: z.object({ effort: z.enum(efforts).nullish(), summary, generate_summary: summary }).nullish(),
  tools: z.array(responseTool).max(limits.tools, `at most ${limits.tools} tools`).nullish(),
  tool_choice: responseToolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  metadata: metadata.nullish(),
  ...samplingFields,
  max_output_tokens: tokenLimit,
  max_tool_calls: z.int().min(0).nullish(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
  safety_identifier: short.nullish(),
  prompt_cache_key: short.nullish()
})

export type ResponseRequest = z.output<typeof responseRequest>

/** Lists are counted first and read one by one: zod would gather a complaint for every member of a list of millions. */
const envelope = responseRequest.extend({
  input: z.union([
    z.string(),
    z.array(z.unknown()).min(1, atLeastOne).max(limits.items, `at most ${limits.items} items`)
  ]),
  tools: z.array(z.unknown()).max(limits.tools, `at most ${limits.tools} tools`).nullish()
})

/** Reads a body. Throws a `GatewayError` that names the first bad field. */
export function responseRequestFrom(body: unknown): ResponseRequest {
  const { input, tools, ...rest } = parsed(envelope, body)
  return {
    input:
      typeof input === 'string'
        ? input
        : input.map((item, index): InputItem => parsed(inputItem, item, ['input', index])),
    ...(tools && { tools: tools.map((tool, index) => parsed(responseTool, tool, ['tools', index])) }),
    ...rest
  }
}

/** A text as the item that it stands for. */
export function itemsOf(input: ResponseRequest['input']): InputItem[] {
  return typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : input
}
