import { codexNameOf } from '../threads/functions.ts'
import type { AgentItem } from './item-place.ts'
import { functionsOf } from './functions.ts'
import type { Content } from './message.ts'
import type { Tool } from './tools.ts'

/** The items of a turn as the model's history has them, so that another turn of codex goes on where it was. Reasoning is not among them. */
export function rawItems(items: readonly AgentItem[], tools: readonly Tool[]): object[] {
  const { toCodex } = codexNameOf(functionsOf(tools).map(({ name }) => name))
  return items.flatMap((item) => rawItem(item, toCodex))
}

function rawItem(item: AgentItem, toCodex: (name: string) => string): object[] {
  switch (item.type) {
    case 'message':
      return [{ type: 'message', role: item['role'], content: item['content'] }]
    case 'function_call':
      return [callOf(String(item['call_id']), toCodex(String(item['name'])), item['arguments'])]
    case 'function_call_output':
      return [outputOf(String(item['call_id']), outputText(item))]
    case 'command_execution':
      return [
        callOf(item.id, 'exec_command', { cmd: item['command'] }),
        outputOf(item.id, `Exit code: ${String(item['exit_code'])}\n${textOf(item['output'])}`)
      ]
    case 'mcp_call': {
      const name = `mcp__${String(item['server_label'])}__${String(item['name'])}`
      const output = JSON.stringify(item['error'] ?? item['output'])
      return [callOf(item.id, name, item['arguments']), outputOf(item.id, output)]
    }
    default:
      return []
  }
}

const callOf = (call_id: string, name: string, args: unknown) => ({
  type: 'function_call',
  call_id,
  name,
  arguments: JSON.stringify(args)
})

const outputOf = (call_id: string, output: string | object[]) => ({ type: 'function_call_output', call_id, output })

function outputText(item: AgentItem): string | object[] {
  const output = item['output'] as string | Content[] | null
  if (item['status'] === 'failed') return textOf(item['error'] ?? output ?? 'The call failed.')
  return output ?? ''
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value)
