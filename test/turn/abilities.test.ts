import { expect, it } from 'vitest'
import { abilitiesFor } from '../../src/turn/engine.ts'
import type { HistoryItem } from '../../src/turn/request.ts'

const reasoning: HistoryItem = { type: 'reasoning', encrypted_content: 'x', summary: [] }
const result: HistoryItem = { type: 'tool_result', call_id: 'c', output: [] }

it.each([
  [{}, []],
  [{ encryptedReasoning: true }, ['reasoning']],
  [{ history: [reasoning] }, ['reasoning']],
  [{ tools: [{ name: 'f' }] }, ['tools']],
  [{ tools: [{ name: 'f' }], toolChoice: 'none' as const }, []],
  [{ history: [result] }, ['tools']],
  [{ history: [result, reasoning], folder: 'a' }, ['reasoning', 'folders']]
])('a turn needs of its engine what is in it: %j', (needs, abilities) => {
  expect(abilitiesFor(needs)).toEqual(abilities)
})
