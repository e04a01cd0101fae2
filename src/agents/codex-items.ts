import { z } from 'zod'
import { statusFrom } from './item-place.ts'
import type { AgentItem, ItemPlace } from './item-place.ts'
import { activityItem, collabCall, collabItem, subagentActivity } from './team-items.ts'

const textOrNull = z.string().nullish().catch(null)
const numberOrNull = z.number().nullish().catch(null)
const anything = z.unknown()

/** The items of app-server that the API has a form for (codex-cli 0.169). */
export const codexItem = z.discriminatedUnion('type', [
  z.object({ type: z.literal('userMessage'), id: z.string(), content: z.array(anything).catch([]) }),
  z.object({ type: z.literal('agentMessage'), id: z.string(), text: z.string().catch(''), phase: textOrNull }),
  z.object({ type: z.literal('reasoning'), id: z.string(), summary: z.array(z.string()).catch([]) }),
  z.object({
    type: z.literal('commandExecution'),
    id: z.string(),
    command: z.string(),
    cwd: textOrNull,
    status: z.string(),
    aggregatedOutput: textOrNull,
    exitCode: numberOrNull,
    durationMs: numberOrNull
  }),
  z.object({
    type: z.literal('fileChange'),
    id: z.string(),
    status: z.string(),
    changes: z.array(z.object({ path: z.string(), diff: z.string().catch('') })).catch([])
  }),
  z.object({
    type: z.literal('mcpToolCall'),
    id: z.string(),
    server: z.string(),
    tool: z.string(),
    status: z.string(),
    arguments: anything,
    result: anything,
    error: anything
  }),
  z.object({ type: z.literal('dynamicToolCall'), id: z.string(), status: z.string(), success: z.boolean().nullish() }),
  collabCall,
  subagentActivity,
  z.object({
    type: z.literal('webSearch'),
    id: z.string(),
    query: textOrNull,
    action: z.looseObject({ type: z.string() }).nullish().catch(null)
  })
])

export type CodexItem = z.output<typeof codexItem>

/** An item as the API shows it, but for messages and reasoning, whose parts come one by one; undefined where it has no form for it. */
export function itemFrom(item: CodexItem, isDone: boolean, place: ItemPlace): AgentItem | undefined {
  const { agentOf: _, shownPath, ...ids } = place
  switch (item.type) {
    case 'commandExecution':
      return {
        ...ids,
        type: 'command_execution',
        command: item.command,
        cwd: item.cwd ? shownPath(item.cwd) : null,
        duration_ms: item.durationMs ?? null,
        exit_code: item.exitCode ?? null,
        output: item.aggregatedOutput ?? null,
        status: statusFrom(item.status)
      }
    case 'fileChange':
      return {
        ...ids,
        type: 'command_execution',
        command: ['apply_patch', ...item.changes.map(({ path }) => shownPath(path))].join(' '),
        cwd: null,
        duration_ms: null,
        exit_code: item.status === 'inProgress' ? null : Number(item.status !== 'completed'),
        output: isDone ? item.changes.map(({ diff }) => diff).join('\n') : null,
        status: statusFrom(item.status)
      }
    case 'mcpToolCall':
      return {
        ...ids,
        type: 'mcp_call',
        arguments: item.arguments ?? {},
        error: item.error ?? null,
        name: item.tool,
        output: item.result ?? null,
        server_label: item.server,
        status: statusFrom(item.status)
      }
    case 'webSearch':
      return { ...ids, type: 'web_search_call', action: actionFrom(item), status: isDone ? 'completed' : 'in_progress' }
    case 'collabAgentToolCall':
      return collabItem(item, place)
    case 'subAgentActivity':
      return activityItem(item, place)
    case 'userMessage':
    case 'agentMessage':
    case 'reasoning':
    case 'dynamicToolCall':
      return undefined
  }
}

function actionFrom({ action, query }: Extract<CodexItem, { type: 'webSearch' }>): object | null {
  switch (action?.type) {
    case undefined:
      return query ? { type: 'search', query, queries: null } : null
    case 'search':
      return { type: 'search', query: action['query'] ?? query ?? null, queries: action['queries'] ?? null }
    case 'openPage':
      return { type: 'open_page', url: action['url'] ?? null }
    case 'findInPage':
      return { type: 'find_in_page', url: action['url'] ?? null, pattern: action['pattern'] ?? null }
    default:
      return { type: 'other' }
  }
}
