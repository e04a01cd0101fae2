import { z } from 'zod'
import { agentFields, agentEfforts } from '../../agents/agent.ts'
import { metadata } from '../../openai/metadata.ts'
import { environmentParam } from './environments/schema.ts'

const content = z.discriminatedUnion('type', [
  z.object({ type: z.literal('input_text'), text: z.string() }),
  z.object({ type: z.literal('input_image'), image_url: z.string() })
])
export const contentList = z.array(content)

const parts = z.union([z.string(), contentList.min(1, 'a message has at least one part')])
const message = z.object({ type: z.literal('message').optional(), role: z.literal('user'), content: parts })
/** Messages that one input may have. */
const maxMessages = 1_000
export const messageList = z.array(message).max(maxMessages, `at most ${maxMessages} messages`)
export type SentMessage = z.output<typeof message>

/** Left out in `agent`: the model of the saved agent, or the gateway's own. */
const model = z.string().min(1).max(256).optional()
const tier = agentFields.service_tier
const shared = {
  metadata: metadata.nullish(),
  prompt_cache_options: z.looseObject({}).nullish(),
  review: z.enum(['none', 'auto_review']).nullish(),
  /** US cents. */
  spend_control: z.object({ limit: z.number().positive().nullable() }).nullish()
}

export const sessionCreation = z.object({
  environment: environmentParam,
  agent: z.object({ model, ...agentFields }).nullish(),
  agent_id: z.string().nullish(),
  input: z.union([z.string(), messageList]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_obfuscation: z.boolean().nullish() }).nullish(),
  vault_ids: z.array(z.string()).nullish(),
  ...shared
})
export type SessionCreation = z.output<typeof sessionCreation>

export const sessionUpdate = z.object({
  agent: z
    .object({
      model,
      reasoning: z.object({ effort: z.enum(agentEfforts).nullish() }).nullish(),
      service_tier: tier,
      tools: agentFields.tools
    })
    .nullish(),
  ...shared
})
export type SessionUpdate = z.output<typeof sessionUpdate>

const result = {
  turn_id: z.string(),
  call_id: z.string(),
  success: z.boolean(),
  output: z.union([z.string(), contentList]).nullish(),
  error: z.string().nullish()
}
const inputEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('agent.session.input.message'), input: messageList.min(1, 'at least one message') }),
  z.object({ type: z.literal('agent.session.input.cancel') }),
  z.object({ type: z.literal('agent.session.input.tool_result'), ...result }),
  z.object({
    type: z.literal('agent.session.input.mcp_approval_request_result'),
    request_id: z.string(),
    response: z.object({ type: z.literal('mcp_tool_call'), decision: z.enum(['approve', 'deny', 'cancel']) })
  })
])
export type InputEvent = z.output<typeof inputEvent>

/** Events that one request may have. */
const maxEvents = 100
export const eventCreation = z.object({ events: z.array(inputEvent).max(maxEvents, `at most ${maxEvents} events`) })
