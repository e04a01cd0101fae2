import { z } from 'zod'
import { statusFrom } from './item-place.ts'
import type { AgentItem, ItemPlace } from './item-place.ts'

const textOrNull = z.string().nullish().catch(null)

/** A call of a tool of codex's for subagents: all of the first version, and waiting in the second (codex-cli 0.169). */
export const collabCall = z.object({
  type: z.literal('collabAgentToolCall'),
  id: z.string(),
  tool: z.string(),
  status: z.string(),
  prompt: textOrNull,
  model: textOrNull,
  reasoningEffort: textOrNull,
  senderThreadId: z.string(),
  receiverThreadIds: z.array(z.string()).catch([])
})

/** What the second version says of a subagent, without what it was told; `kind`: `started`, `interacted`, `interrupted` or `completed`. */
export const subagentActivity = z.object({
  type: z.literal('subAgentActivity'),
  id: z.string(),
  kind: z.string(),
  agentThreadId: z.string(),
  /** Such as `/root/name`. */
  agentPath: z.string().catch(''),
  model: textOrNull,
  reasoningEffort: textOrNull
})

/** Whether an item of this type is one of the two. */
export const isTeamItem = (type: unknown): boolean => type === 'collabAgentToolCall' || type === 'subAgentActivity'

/** What codex's team does, in the words of the API. */
const types: Readonly<Record<string, string>> = {
  spawnAgent: 'create_subagent_call',
  sendInput: 'send_subagent_input_call',
  sendMessage: 'send_subagent_input_call',
  followupTask: 'send_subagent_input_call',
  resumeAgent: 'resume_subagent_call',
  wait: 'wait_for_subagents_call',
  interruptAgent: 'interrupt_subagent_call',
  closeAgent: 'close_subagent_call',
  started: 'create_subagent_call',
  interacted: 'send_subagent_input_call',
  interrupted: 'interrupt_subagent_call'
}

export function collabItem(
  item: z.output<typeof collabCall>,
  { id, turn_id, agentOf }: ItemPlace
): AgentItem | undefined {
  const type = types[item.tool]
  if (type === undefined) return undefined
  const common = { id, type, turn_id, status: statusFrom(item.status) }
  const sender = agentOf(item.senderThreadId)
  const receivers = item.receiverThreadIds.map(agentOf)
  const content = [{ type: 'output_text', text: item.prompt ?? '' }]
  if (type === 'create_subagent_call')
    return {
      ...common,
      agent_id: receivers[0] ?? '',
      content,
      model: item.model ?? null,
      reasoning_effort: item.reasoningEffort ?? null
    }
  if (type === 'wait_for_subagents_call') return { ...common, sender_agent_id: sender, recipient_agent_ids: receivers }
  return {
    ...common,
    sender_agent_id: sender,
    recipient_agent_id: receivers[0] ?? '',
    ...(type === 'send_subagent_input_call' && { content })
  }
}

/** The same of the second version, which says that something has happened. */
export function activityItem(
  { kind, agentThreadId, model, reasoningEffort }: z.output<typeof subagentActivity>,
  { id, turn_id, agentOf }: ItemPlace
): AgentItem | undefined {
  const type = types[kind]
  if (type === undefined) return undefined
  const common = { id, type, turn_id, status: 'completed' }
  const agent = agentOf(agentThreadId)
  if (type === 'create_subagent_call')
    return { ...common, agent_id: agent, content: [], model: model ?? null, reasoning_effort: reasoningEffort ?? null }
  return {
    ...common,
    sender_agent_id: agentOf(''), // whose turn it is
    recipient_agent_id: agent,
    ...(type === 'send_subagent_input_call' && { content: [] })
  }
}
