import type { ThreadItem } from '../../turn/item.ts'

/** A piece of Codex's own work as a call that Codex has made itself. */
export interface WorkCall {
  /** Where the tool lives: `codex`, or the name of an MCP server. */
  server: string
  name: string
  /** JSON. */
  arguments: string
  output: string | null
  /** Why it failed; null when it did not, or not yet. */
  error: string | null
}

/** A piece of work, or the query of a web search. */
export type Work = { type: 'call'; call: WorkCall } | { type: 'search'; query: string }

/** Characters of one output that are shown: every output is repeated in the last event, and aiohttp fails on lines of 128 KiB. */
const shown = 8_192

/** What an item shows of Codex's work; undefined for one that is no work: texts, plans, warnings. */
export function workFrom(item: ThreadItem): Work | undefined {
  switch (item.type) {
    case 'command_execution':
      return codexCall(
        'command',
        { command: item.command },
        { output: item.aggregated_output, error: commandError(item.status, item.exit_code) }
      )
    case 'file_change':
      return codexCall(
        'file_change',
        { changes: item.changes },
        { error: item.status === 'completed' || item.status === 'in_progress' ? null : item.status }
      )
    case 'mcp_tool_call':
      return {
        type: 'call',
        call: {
          server: item.server,
          name: item.tool,
          arguments: JSON.stringify(item.arguments ?? {}),
          output: cut(textOf(item.result)),
          error: item.status === 'failed' ? (textOf(item.error) ?? 'failed') : null
        }
      }
    case 'web_search':
      return { type: 'search', query: item.query }
    case 'agent_message':
    case 'reasoning':
    case 'todo_list':
    case 'error':
    case 'unknown':
      return undefined
  }
}

function codexCall(
  name: string,
  parameters: object,
  { output = null, error }: { output?: string | null; error: string | null }
): Work {
  return {
    type: 'call',
    call: { server: 'codex', name, arguments: JSON.stringify(parameters), output: cut(output), error }
  }
}

function commandError(status: string, exitCode: number | null | undefined): string | null {
  if (status === 'completed' || status === 'in_progress') return null
  return exitCode === null || exitCode === undefined ? status : `exit code ${exitCode}`
}

/** The result of an MCP server: its texts, or whatever else it is as JSON. */
function textOf(result: unknown): string | null {
  if (result === null || result === undefined) return null
  if (typeof result === 'object' && 'message' in result && typeof result.message === 'string') return result.message
  const content =
    typeof result === 'object' && 'content' in result && Array.isArray(result.content)
      ? (result.content as unknown[])
      : []
  const texts = content.flatMap((part) =>
    typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string' ? part.text : []
  )
  return texts.length > 0 && texts.length === content.length ? texts.join('\n') : JSON.stringify(result)
}

/** Both ends of a long text: a command's error comes last. */
function cut(text: string | null): string | null {
  if (text === null || text.length <= shown) return text
  const [start, end] = [
    text.slice(0, shown / 2).replace(/[\ud800-\udbff]$/, ''),
    text.slice(-shown / 2).replace(/^[\udc00-\udfff]/, '')
  ]
  return `${start}\n… ${text.length - start.length - end.length} characters left out …\n${end}`
}
