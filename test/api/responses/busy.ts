import type { TurnEvent } from '../../../src/turn/event.ts'
import type { ThreadItem } from '../../../src/turn/item.ts'
import { message } from '../../support/scripted-engine.ts'
import { ask } from './start-responses.ts'
import type { StartedResponses } from './start-responses.ts'

export const command = (output: string, exit_code: number | null, status: string): ThreadItem => ({
  id: 'c',
  type: 'command_execution',
  command: 'ls',
  aggregated_output: output,
  exit_code,
  status
})
export const change = {
  id: 'f',
  type: 'file_change',
  changes: [{ path: '/w/a.txt', kind: 'add' }],
  status: 'completed'
} satisfies ThreadItem
export const mcp = {
  id: 'm',
  type: 'mcp_tool_call',
  server: 'adder',
  tool: 'add',
  status: 'completed',
  arguments: { a: 1 },
  result: { content: [{ type: 'text', text: '3' }] }
} satisfies ThreadItem
export const search: ThreadItem = { id: 's', type: 'web_search', query: 'weather' }
export const starts = (item: ThreadItem): TurnEvent => ({ type: 'item.started', item })
export const completes = (item: ThreadItem): TurnEvent => ({ type: 'item.completed', item })
export const running = command('', null, 'in_progress')

/** Work of every kind, some of it at one time. */
export const busy = [
  starts(running),
  starts({ ...search, query: '' }),
  completes(search),
  ...message('a', 'I look.'),
  completes(command('out', 0, 'completed')),
  starts({ ...change, changes: [], status: 'in_progress' }),
  completes(change),
  starts({ ...mcp, status: 'in_progress', result: null }),
  completes(mcp),
  ...message('b', 'Done.')
]
export const headers = { 'x-codex-work': 'true' }
export const post = (served: StartedResponses, body: object, headers: Record<string, string> = {}) =>
  fetch(`${served.url}/v1/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...ask, ...body })
  })
