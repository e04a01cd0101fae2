import { expect, it } from 'vitest'
import { answeredCalls, clientCallKey, clientItemFrom, passedOver } from '../../../src/openai/items/foreign-items.ts'
import type { ClientItem } from '../../../src/openai/items/foreign-items.ts'

const call = { type: 'shell_call', call_id: 's' } satisfies ClientItem
const output = { type: 'shell_call_output', call_id: 's', output: 'files' } satisfies ClientItem

it.each<[ClientItem, string | undefined]>([
  [call, 'shell_call s'],
  [output, 'shell_call s'],
  [{ type: 'local_shell_call_output', id: 'l' }, 'local_shell_call l'],
  [{ type: 'shell_call' }, undefined],
  [{ type: 'shell_call', call_id: '' }, undefined],
  [{ type: 'shell_call', call_id: 1 }, undefined]
])('the key of %j is %j', (item, key) => {
  expect(clientCallKey(item)).toBe(key)
})

it('a call is answered by an output of its kind that comes after it', () => {
  expect([...answeredCalls([call, { type: 'message' }, output])]).toEqual(['shell_call s'])
  expect([...answeredCalls([output, call])]).toEqual([])
  expect([...answeredCalls([call, { ...output, type: 'computer_call_output' } satisfies ClientItem])]).toEqual([])
})

it.each<[Record<string, unknown>, string]>([
  [{ action: { commands: ['ls'] } }, '{"commands":["ls"]}'],
  [{ actions: [1] }, '[1]'],
  [{ operation: { type: 'delete' } }, '{"type":"delete"}'],
  [{}, '{}']
])('a call of a client’s tool with %j has the arguments %s', (fields, json) => {
  expect(clientItemFrom({ ...call, ...fields }, new Set(['shell_call s']), undefined)).toEqual([
    { type: 'tool_call', call_id: 's', name: 'shell', arguments: json }
  ])
})

it('half of a call of a client’s tool is nothing', () => {
  expect(clientItemFrom(call, new Set(), undefined)).toEqual([])
  expect(clientItemFrom({ type: 'shell_call' }, new Set(['shell_call s']), undefined)).toEqual([])
})

it('what is passed over is named by its place', () => {
  const items = [{ type: 'message' }, { type: 'mcp_call' }, call, output, { type: 'computer_call', call_id: 'x' }]
  expect(passedOver(items)).toEqual(['input[1]', 'input[4]'])
  expect(passedOver([{ type: 'compaction' }, { type: 'compaction', encrypted_content: 'theirs' }] as never)).toEqual([
    'input[0]',
    'input[1]'
  ])
  expect(passedOver('text')).toEqual([])
  const many = passedOver(Array.from({ length: 20 }, () => ({ type: 'mcp_call' })))
  expect(many).toHaveLength(17)
  expect(many.at(-1)).toBe('input')
})
