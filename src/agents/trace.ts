import { createHash } from 'node:crypto'
import type { AgentItem } from './item-place.ts'
import type { ShownTurn } from './shown-turn.ts'

/** A trace of one turn as the API shows it; `otlp` is OTLP in JSON. */
export interface Trace {
  id: string
  created_at: number
  object: 'agent.session.trace'
  otlp: Record<string, unknown>
  session_id: string
}

/** Hexadecimal digits that stand for a text. */
const hexOf = (text: string, length: number) => createHash('sha256').update(text).digest('hex').slice(0, length)

const nanos = (seconds: number) => `${seconds}000000000`
const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } })

const tools: ReadonlySet<string> = new Set(['function_call', 'mcp_call', 'command_execution', 'web_search_call'])

/** The id of the turn that a trace is of; undefined where no trace has such an id. */
export const turnOfTrace = (id: string): string | undefined =>
  id.startsWith('trace_') ? `turn_${id.slice('trace_'.length)}` : undefined

/** The trace of a turn that is over: one span of the agent, and one of each tool that it used. Its times are those of the turn. */
export function traceOf(turn: ShownTurn, items: readonly AgentItem[], model: string): Trace {
  const traceId = turn.id.slice('turn_'.length) // so that a page can begin behind it
  const root = hexOf(`${turn.id} root`, 16)
  const start = nanos(turn.started_at ?? turn.created_at)
  const end = nanos(turn.completed_at ?? turn.created_at)
  const times = { startTimeUnixNano: start, endTimeUnixNano: end }
  const failed = turn.status === 'failed' ? { status: { code: 2, message: turn.error?.message ?? '' } } : {}
  const usage = turn.usage ? usageAttributes(turn.usage) : []
  const agent = {
    traceId,
    spanId: root,
    name: 'invoke_agent',
    kind: 1,
    ...times,
    ...failed,
    attributes: [
      attribute('gen_ai.operation.name', 'invoke_agent'),
      attribute('gen_ai.agent.id', turn.agent_id),
      attribute('gen_ai.conversation.id', turn.session_id),
      attribute('gen_ai.request.model', model),
      ...usage
    ]
  }
  const spans = items.filter(({ type }) => tools.has(type)).map((item) => toolSpan(item, { traceId, root, times }))
  return {
    id: `trace_${traceId}`,
    created_at: turn.completed_at ?? turn.created_at,
    object: 'agent.session.trace',
    otlp: {
      resourceSpans: [
        {
          resource: { attributes: [attribute('service.name', 'codex-gateway')] },
          scopeSpans: [{ scope: { name: 'codex-gateway' }, spans: [agent, ...spans] }]
        }
      ]
    },
    session_id: turn.session_id
  }
}

function toolSpan(item: AgentItem, { traceId, root, times }: { traceId: string; root: string; times: object }) {
  const name = typeof item['name'] === 'string' ? item['name'] : item.type
  return {
    traceId,
    spanId: hexOf(item.id, 16),
    parentSpanId: root,
    name: `execute_tool ${name}`,
    kind: 1,
    ...times,
    ...(item['status'] === 'failed' && { status: { code: 2 } }),
    attributes: [
      attribute('gen_ai.operation.name', 'execute_tool'),
      attribute('gen_ai.tool.name', name),
      attribute('gen_ai.tool.call.id', typeof item['call_id'] === 'string' ? item['call_id'] : item.id)
    ]
  }
}

function usageAttributes({ input_tokens, output_tokens }: NonNullable<ShownTurn['usage']>) {
  const count = (key: string, value: number) => ({ key, value: { intValue: String(value) } })
  return [count('gen_ai.usage.input_tokens', input_tokens), count('gen_ai.usage.output_tokens', output_tokens)]
}
