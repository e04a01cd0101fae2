import { describe, expect, it } from 'vitest'
import { OpenCalls } from '../../../src/engines/app-server/waiting/open-calls.ts'
import { toolStepFrom } from '../../../src/engines/app-server/waiting/step.ts'
import type { HistoryItem } from '../../../src/turn/request.ts'
import { text, user } from './tool-loop.ts'

const call = (call_id: string): HistoryItem => ({ type: 'tool_call', call_id, name: 'f', arguments: '{}' })
const result = (call_id: string): HistoryItem => ({ type: 'tool_result', call_id, output: text(call_id) })
const said: HistoryItem = { type: 'message', role: 'assistant', content: text('I look.') }

describe('a step of a tool loop', () => {
  it('is what comes after the last calls, and what came before them', () => {
    const history = [user('Hi.'), call('a'), result('a'), said, call('b'), call('c'), result('c'), result('b')]
    expect(toolStepFrom({ history, input: text('Go on.') })).toEqual({
      before: history.slice(0, 3),
      text: 'I look.',
      calls: [call('b'), call('c')],
      results: new Map([
        ['c', text('c')],
        ['b', text('b')]
      ]),
      messages: [user('Go on.')]
    })
  })

  it('has a text that follows its calls', () => {
    expect(toolStepFrom({ history: [call('a'), said, result('a')], input: [] })).toMatchObject({
      text: 'I look.',
      before: []
    })
  })

  it.each<[string, HistoryItem[]]>([
    ['one is missing', [call('a'), call('b'), result('a')]],
    ['one is of no call', [call('a'), result('a'), result('x')]],
    ['one is there twice', [call('a'), result('a'), result('a')]],
    ['the model has answered since', [call('a'), result('a'), said, result('a')]]
  ])('has not the results of its calls where %s', (_, history) => {
    expect(toolStepFrom({ history, input: [] })?.results).toBeUndefined()
  })

  it.each<[string, HistoryItem[]]>([
    ['nothing was called', [user('Hi.'), said]],
    ['nothing was returned', [user('Hi.'), call('a')]],
    ['only a message follows', [call('a'), user('Hi.')]]
  ])('is none where %s', (_, history) => {
    expect(toolStepFrom({ history, input: text('Hi.') })).toBeUndefined()
  })
})

describe('open calls', () => {
  it('are answered when codex has asked and the result is there, whichever comes first', () => {
    const calls = new OpenCalls()
    const replies: unknown[] = []
    for (const id of ['a', 'b']) calls.add({ id, name: 'f', arguments: '{}' })
    calls.asked('a', (reply) => replies.push(reply))
    calls.answer('a', text('first'))
    calls.answer('b', [...text('see'), { type: 'image', url: 'data:image/png;base64,AA==' }])
    calls.asked('b', (reply) => replies.push(reply))
    expect(replies).toEqual([
      { result: { contentItems: [{ type: 'inputText', text: 'first' }], success: true } },
      {
        result: {
          contentItems: [
            { type: 'inputText', text: 'see' },
            { type: 'inputImage', imageUrl: 'data:image/png;base64,AA==' }
          ],
          success: true
        }
      }
    ])
  })
})
