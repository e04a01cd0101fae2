import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chatChunks } from '../../../src/api/chat/chunks.ts'
import { choiceFold, completionFrom } from '../../../src/api/chat/completion.ts'
import { chatDeltasFrom, openingDelta } from '../../../src/api/chat/deltas.ts'
import type { ChatDelta } from '../../../src/api/chat/deltas.ts'
import { answerText } from '../../../src/text/answer-text.ts'
import type { AnswerTextOptions } from '../../../src/text/answer-text.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'
import { chatStreamFrom } from '../../support/chat-stream.ts'
import { chatCompletion } from '../../support/openai-schemas.ts'
import { message, reasoning, toolCall, usage } from '../../support/scripted-engine.ts'

const head = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'a "model"' }

function deltasOf(events: readonly TurnEvent[], wishes: AnswerTextOptions = {}) {
  const deltas = chatDeltasFrom(answerText(wishes))
  const emitted = events.flatMap((event) => deltas.translate(event))
  const { deltas: rest, finishReason } = deltas.finish({})
  return { deltas: [...emitted, ...rest], finishReason }
}

function whole(events: readonly TurnEvent[], wishes?: AnswerTextOptions) {
  const { deltas, finishReason } = deltasOf(events, wishes)
  const fold = choiceFold()
  for (const delta of deltas) fold.add(delta)
  return chatCompletion.parse(completionFrom(head, [fold.choice(0, finishReason)], usage)).choices[0]
}

function streamed(events: readonly TurnEvent[], wishes?: AnswerTextOptions) {
  const { deltas, finishReason } = deltasOf(events, wishes)
  const chunks = chatChunks(head, 0)
  const lines = [openingDelta(deltas[0]), ...deltas].map((delta: ChatDelta) => chunks.delta(delta))
  return chatStreamFrom([...lines, chunks.finish(finishReason), '[DONE]'].map((line) => `data: ${line}\n\n`).join(''))
}

describe('the deltas of a turn', () => {
  it.each<[string, TurnEvent[], ChatDelta[]]>([
    ['tell text as it comes', message('m', 'a', 'b'), [{ content: 'a' }, { content: 'b' }]],
    [
      'tell reasoning apart, each joined by a blank line',
      [...reasoning('r', 'x'), ...message('m', 'a'), ...reasoning('s', 'y'), ...message('n', 'b')],
      [{ reasoning_content: 'x' }, { content: 'a' }, { reasoning_content: '\n\ny' }, { content: '\n\nb' }]
    ],
    [
      'leave commands and warnings out',
      [
        { type: 'item.delta', item_id: 'c', item_type: 'command_execution', delta: 'ls' },
        { type: 'item.completed', item: { id: 'e', type: 'error', message: 'careful' } },
        { type: 'error', message: 'Reconnecting' },
        ...message('m', 'a')
      ],
      [{ content: 'a' }]
    ],
    [
      'tell a call’s id and name once',
      [toolCall('c1', 'f', '{}'), toolCall('c2', 'g', '[]')],
      [
        { tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'f', arguments: '' } }] },
        { tool_calls: [{ index: 0, function: { arguments: '{}' } }] },
        { tool_calls: [{ index: 1, id: 'c2', type: 'function', function: { name: 'g', arguments: '' } }] },
        { tool_calls: [{ index: 1, function: { arguments: '[]' } }] }
      ]
    ]
  ])('%s', (_title, events, deltas) => {
    expect(deltasOf(events).deltas).toEqual(deltas)
  })

  const words = fc.string({
    unit: fc.constantFrom('a', '<', 'think>', '</answer>', 'END', '😀', '\u0000', '"', '\n'),
    maxLength: 8
  })
  const event = fc.oneof(
    fc.record({
      type: fc.constant('item.delta' as const),
      item_id: fc.constantFrom('1', '2', '3'),
      item_type: fc.constantFrom('agent_message' as const, 'reasoning' as const),
      delta: words
    }),
    fc.record({
      type: fc.constant('tool.called' as const),
      call_id: fc.uuid(),
      name: fc.constant('f'),
      arguments: words
    })
  )
  const wishes = fc.record({
    stop: fc.subarray(['END', 'a<']),
    stripAnswerTags: fc.boolean(),
    unwrapJson: fc.boolean()
  })

  it('make the same answer, streamed or not', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), wishes, (events, wishes) => {
        const { message, finish_reason } = whole(events, wishes)
        expect(streamed(events, wishes)).toMatchObject({
          content: message.content ?? '',
          reasoning: message.reasoning_content ?? '',
          calls: (message.tool_calls ?? []).map((call) => ({
            id: call.id,
            ...(call.type === 'function' && call.function)
          })),
          finishReason: finish_reason
        })
      }),
      { numRuns: 200 }
    )
  })

  it('make the same answer however the text is cut', () => {
    fc.assert(
      fc.property(fc.array(words, { minLength: 1 }), wishes, (texts, wishes) => {
        const inOne = [{ type: 'item.delta', item_id: 'm', item_type: 'agent_message', delta: texts.join('') } as const]
        expect(whole(message('m', ...texts), wishes)).toEqual(whole(inOne, wishes))
      }),
      { numRuns: 200 }
    )
  })
})
