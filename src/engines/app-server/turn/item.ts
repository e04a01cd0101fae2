import { z } from 'zod'
import type { Citation, MessagePhase, ThreadItem } from '../../../turn/item.ts'

const id = z.string()
const text = z.string()
const status = z.string().transform((value) => value.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) // inProgress -> in_progress

const phase = z.enum(['commentary', 'final_answer'])

/** The items of codex-cli 0.169's app-server that `ThreadItem` has; further fields are left out. */
const item = z.discriminatedUnion('type', [
  z.object({ type: z.literal('agentMessage'), id, text, phase: phase.nullish().catch(undefined) }),
  z.object({ type: z.literal('reasoning'), id, summary: z.array(text).catch([]), content: z.array(text).catch([]) }),
  z.object({
    type: z.literal('commandExecution'),
    id,
    command: text,
    aggregatedOutput: text.nullish(),
    exitCode: z.number().nullish(),
    status
  }),
  z.object({
    type: z.literal('fileChange'),
    id,
    changes: z.array(z.object({ path: text, kind: z.object({ type: text }) })),
    status
  }),
  z.object({
    type: z.literal('mcpToolCall'),
    id,
    server: text,
    tool: text,
    status,
    arguments: z.unknown(),
    result: z.unknown(),
    error: z.unknown()
  }),
  z.object({ type: z.literal('webSearch'), id, query: text })
])

/** Of items that are not known. */
const head = z.object({ id: z.string().catch(''), type: z.string() })

/** Items that repeat what the gateway sent, or what it emits in other events. */
const omitted = new Set(['userMessage', 'hookPrompt', 'dynamicToolCall', 'functionCallOutput'])

export type TextItem =
  | { kind: 'message'; id: string; text: string; phase?: MessagePhase | undefined; citations?: Citation[] | undefined }
  | { kind: 'reasoning'; id: string; text: string; encrypted_content?: string | undefined }

const citation = z.object({
  url: z.string(),
  title: z.string().catch(''),
  start_index: z.int().min(0),
  end_index: z.int().min(0)
})
const annotation = z.looseObject({ type: z.string() })
const rawItem = z.object({
  id: z.string(),
  encrypted_content: z.string().optional().catch(undefined),
  content: z.array(z.object({ annotations: z.array(annotation).catch([]) })).catch([])
})

/** The text with what only the model's own item has: the sources of a message, reasoning in encrypted form. Unchanged where that is not its item. */
export function withRawItem(item: TextItem, original: unknown): TextItem {
  const raw = rawItem.safeParse(original).data
  if (raw?.id !== item.id) return item
  if (item.kind === 'reasoning') return { ...item, encrypted_content: raw.encrypted_content }
  const all = raw.content.flatMap(({ annotations }) => annotations).filter(({ type }) => type === 'url_citation')
  const citations = all.flatMap((one) => citation.safeParse(one).data ?? [])
  return citations.length > 0 ? { ...item, citations } : item
}

/** An item of a notification: a text, another item as a `ThreadItem`, or undefined for one that is not emitted. */
export function itemFromAppServer(original: unknown): TextItem | { kind: 'other'; item: ThreadItem } | undefined {
  const { type } = (original ?? {}) as { type?: unknown }
  if (typeof type !== 'string' || omitted.has(type)) return undefined
  const parsed = item.safeParse(original)
  if (parsed.success) return fromKnown(parsed.data)
  const unknown = head.safeParse(original).data
  return unknown && { kind: 'other', item: { id: unknown.id, type: 'unknown', original } }
}

function fromKnown(known: z.infer<typeof item>): ReturnType<typeof itemFromAppServer> {
  switch (known.type) {
    case 'agentMessage':
      return { kind: 'message', id: known.id, text: known.text, phase: known.phase ?? undefined }
    case 'reasoning':
      return {
        kind: 'reasoning',
        id: known.id,
        text: known.summary.length > 0 ? known.summary.join('\n\n') : known.content.join('\n\n')
      }
    case 'commandExecution': {
      const { id, command, aggregatedOutput, exitCode, status } = known
      return {
        kind: 'other',
        item: {
          id,
          type: 'command_execution',
          command,
          aggregated_output: aggregatedOutput ?? '',
          exit_code: exitCode ?? null,
          status
        }
      }
    }
    case 'fileChange': {
      const changes = known.changes.map(({ path, kind }) => ({ path, kind: kind.type }))
      return { kind: 'other', item: { id: known.id, type: 'file_change', changes, status: known.status } }
    }
    case 'mcpToolCall':
      return { kind: 'other', item: { ...known, type: 'mcp_tool_call' } }
    case 'webSearch':
      return { kind: 'other', item: { ...known, type: 'web_search' } }
  }
}
