import { describe, expect, it } from 'vitest'
import { eventsFrom, read } from './recorded.ts'

const hello = ['delta agent_message "Hel"', 'delta agent_message "lo"', 'item.completed agent_message "Hello"']
const command = (status: string, output: string, code: number | null, text = 'echo out; echo more') =>
  `command_execution ${JSON.stringify({ command: `/bin/bash -lc '${text}'`, aggregated_output: output, exit_code: code, status })}`
const steps = (one: boolean, two: boolean) =>
  `todo_list ${JSON.stringify({
    items: [
      { text: 'Look', completed: one },
      { text: 'Act', completed: two }
    ]
  })}`

describe('a recorded turn', () => {
  it.each<[string, string[]]>([
    ['text', ['started', ...hello, 'completed 100/40/0/20/5']],
    [
      'usage',
      [
        'started',
        'delta agent_message "Counted."',
        'item.completed agent_message "Counted."',
        'completed 1000/900/0/80/64'
      ]
    ],
    [
      'messages',
      [
        'started',
        'delta reasoning "I look first."',
        'item.completed reasoning "I look first."',
        'delta agent_message "It is "',
        'delta agent_message "done."',
        'item.completed agent_message "It is done."',
        'completed 100/40/0/20/5'
      ]
    ],
    [
      'reasoning',
      [
        'started',
        'delta reasoning "**Weighing**"',
        'delta reasoning "\\n\\nfirst"',
        'delta reasoning "\\n\\n"',
        'delta reasoning "second"',
        'item.completed reasoning "**Weighing**\\n\\nfirst\\n\\nsecond"',
        'delta agent_message "42"',
        'item.completed agent_message "42"',
        'completed 100/40/0/20/5'
      ]
    ],
    [
      'web-search',
      [
        'started',
        'item.started web_search {"query":""}',
        'item.completed web_search {"query":"weather in Oslo"}',
        'delta agent_message "Rain."',
        'item.completed agent_message "Rain."',
        'completed 100/40/0/20/5'
      ]
    ],
    [
      'command',
      [
        'started',
        'delta reasoning "I run it."',
        'item.completed reasoning "I run it."',
        `item.started ${command('in_progress', '', null)}`,
        `item.completed ${command('completed', 'out\nmore\n', 0)}`,
        'delta agent_message "Done."',
        'item.completed agent_message "Done."',
        'completed 200/80/0/40/10'
      ]
    ],
    [
      'command-failed',
      [
        'started',
        `item.started ${command('in_progress', '', null, 'exit 3')}`,
        `item.completed ${command('failed', '', 3, 'exit 3')}`,
        'delta agent_message "It failed."',
        'item.completed agent_message "It failed."',
        'completed 200/80/0/40/10'
      ]
    ],
    [
      'file-change',
      [
        'started',
        'item.started file_change {"changes":[{"path":"/workspace/hello.txt","kind":"add"}],"status":"in_progress"}',
        'item.completed file_change {"changes":[{"path":"/workspace/hello.txt","kind":"add"}],"status":"completed"}',
        'delta agent_message "Patched."',
        'item.completed agent_message "Patched."',
        'completed 200/80/0/40/10'
      ]
    ],
    [
      'todo-list',
      [
        'started',
        `item.started ${steps(false, false)}`,
        `item.updated ${steps(true, false)}`,
        `item.updated ${steps(true, true)}`,
        'delta agent_message "Planned."',
        'item.completed agent_message "Planned."',
        'completed 400/160/0/80/20'
      ]
    ],
    [
      'retried-drop',
      [
        'started',
        'delta agent_message "Hel"',
        'error',
        'delta agent_message "lo"',
        'item.completed agent_message "Hello"',
        'completed 100/40/0/20/5'
      ]
    ],
    ['retried-drop-after-message', ['started', ...hello, 'error', 'completed 100/40/0/20/5']],
    ['http-bad-request', ['started', 'failed invalid_request']],
    ['http-unauthorized', ['started', 'error', 'failed upstream_auth']],
    ['http-usage-limit', ['started', 'failed usage_limit_exceeded']],
    [
      'response-incomplete',
      [
        'started',
        'delta agent_message "Half an ans"',
        'item.completed agent_message "Half an ans"',
        'completed , cut off: length'
      ]
    ]
  ])('%s is read as turn events', (name, events) => {
    expect(read(name)).toEqual(events)
  })

  it('mcp-tool-call is emitted with its arguments and its outcome', () => {
    const calls = read('mcp-tool-call').filter((line) => line.includes('mcp_tool_call'))
    expect(calls).toHaveLength(4)
    expect(calls[0]).toMatch(
      /^item\.started .*"server":"adder","tool":"add","status":"in_progress","arguments":\{"a":1,"b":2\}/
    )
    expect(calls[1]).toMatch(/^item\.completed .*"status":"completed".*"result":\{.*3.*\}/)
  })

  it('tool-calls ends with the calls when the response is complete', () => {
    expect(read('tool-calls', { tools: [{ name: 'get_time' }] })).toEqual([
      'started',
      'called get_time {"zone":"CET"}',
      'called get_time {}',
      'completed 100/40/0/20/5'
    ])
  })

  it('with a schema has messages of unknown phase emitted only when they are complete', () => {
    expect(read('text', { schema: true })).toEqual([
      'started',
      'text.withheld',
      'text.withheld',
      'item.completed agent_message "Hello"',
      'completed 100/40/0/20/5'
    ])
    expect(read('messages', { schema: true }).filter((line) => line.startsWith('delta agent'))).toHaveLength(2)
  })
})

it('reasoning that has a summary is read of it alone', () => {
  const ids = { threadId: 't', turnId: 'turn' }
  const of = (method: string, params: object) => JSON.stringify({ method, params: { ...ids, ...params } })
  const reasoning = { id: 'r', type: 'reasoning', summary: [], content: [] }
  const lines = eventsFrom([
    of('turn/started', { turn: { id: 'turn', status: 'inProgress', items: [] } }),
    of('item/started', { item: reasoning }),
    of('item/reasoning/summaryTextDelta', { itemId: 'r', delta: 'In short.', summaryIndex: 0 }),
    of('item/reasoning/textDelta', { itemId: 'r', delta: 'At length.', contentIndex: 0 })
  ])
  expect(lines).toEqual(['started', 'delta reasoning "In short."'])
})
