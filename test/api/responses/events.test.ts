import fc from 'fast-check'
import type { ResponseStreamEvent } from 'openai/resources/responses/responses'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { ResponseEvent, ResponseEventName } from '../../../src/api/responses/event.ts'
import { responseEventsFrom } from '../../../src/api/responses/events.ts'
import { TurnOutput } from '../../../src/api/responses/output.ts'
import { resourceMaker } from '../../../src/api/responses/resource.ts'
import { answerText } from '../../../src/text/answer-text.ts'
import type { AnswerTextOptions } from '../../../src/text/answer-text.ts'
import { GatewayError } from '../../../src/turn/error.ts'
import type { TurnEvent } from '../../../src/turn/event.ts'
import { responseStreamFrom, textOf } from '../../support/response-stream.ts'
import { message, reasoning, toolCall, usage } from '../../support/scripted-engine.ts'

const key = '0'.repeat(32)

function eventsOf(wishes: AnswerTextOptions = {}, shown = true) {
  const head = { id: `resp_${key}`, created_at: 1_700_000_000, model: 'a "model"' }
  return responseEventsFrom(
    resourceMaker(head, { input: 'hi' }, {}),
    new TurnOutput({ key, reasoning: shown, work: true, text: () => answerText(wishes) })
  )
}

const written = (events: readonly ResponseEvent[]) =>
  events
    .map((event, index) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: index })}\n\n`)
    .join('')

function streamed(turn: readonly TurnEvent[], wishes?: AnswerTextOptions, shown?: boolean) {
  const events = eventsOf(wishes, shown)
  const translated = turn.flatMap((event) => events.translate(event))
  return responseStreamFrom(written([...events.opening, ...translated, ...events.complete({ usage })]))
}

const outputOf = (turn: readonly TurnEvent[], shown?: boolean) =>
  streamed(turn, {}, shown).response.output.map((item) => `${item.type}: ${textOf(item)}`)

describe('the events of a turn', () => {
  it('have names that the official client knows (checked by the compiler)', () => {
    expectTypeOf<ResponseEventName>().toExtend<ResponseStreamEvent['type']>()
  })

  it('of a message come in OpenAI’s order', () => {
    expect(streamed(message('m', 'a', 'b')).events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed'
    ])
  })

  it('of reasoning and calls come in OpenAI’s order', () => {
    expect(
      streamed([...reasoning('r', 'hm'), toolCall('c', 'f', '{}')])
        .events.slice(2, -1)
        .map(({ type }) => type.slice('response.'.length))
    ).toEqual([
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done'
    ])
  })

  it.each<[string, TurnEvent[], string[]]>([
    ['each message an item', [...message('a', 'one'), ...message('b', 'two')], ['message: one', 'message: two']],
    ['an empty message too', message('m'), ['message: ']],
    [
      'a message that another interrupts, as two',
      [...message('a', 'on').slice(0, 1), ...message('b', 'x'), ...message('a', 'e')],
      ['message: on', 'message: x', 'message: e']
    ],
    ['a message that is closed only by the end', message('a', 'one').slice(0, 1), ['message: one']],
    [
      'no commands and no warnings',
      [
        { type: 'item.delta', item_id: 'c', item_type: 'command_execution', delta: 'ls' },
        { type: 'item.completed', item: { id: 'e', type: 'error', message: 'careful' } },
        { type: 'error', message: 'Reconnecting' },
        ...message('m', 'a')
      ],
      ['message: a']
    ],
    [
      'calls, each with its arguments',
      [...message('m', 'wait').slice(0, 1), toolCall('c1', 'f', '{"a":1}'), toolCall('c2', 'f', '')],
      ['message: wait', 'function_call: {"a":1}', 'function_call: ']
    ]
  ])('tell %s', (_title, turn, items) => {
    expect(outputOf(turn)).toEqual(items)
  })

  it('leave reasoning out unless it is requested', () => {
    expect(outputOf([...reasoning('r', 'hm'), ...message('m', 'a')], false)).toEqual(['message: a'])
  })

  it('of a turn that failed keep its output', () => {
    const events = eventsOf()
    const translated = [...message('a', 'one'), ...message('b', 'tw').slice(0, 1)].flatMap((event) =>
      events.translate(event)
    )
    const { response, error } = responseStreamFrom(
      written([...events.opening, ...translated, ...events.fail(new GatewayError('usage_limit_exceeded', 'No more.'))])
    )
    expect(response.output.map((item) => [item.status, textOf(item)])).toEqual([
      ['completed', 'one'],
      ['incomplete', 'tw']
    ])
    expect(response.error).toEqual({ code: 'rate_limit_exceeded', message: 'No more.' })
    expect(error).toEqual({ type: 'insufficient_quota', code: 'insufficient_quota', message: 'No more.', param: null })
  })

  it('cut a long text, so that no delta’s line is beyond what clients read', () => {
    const deltas = streamed(message('m', '\u0000'.repeat(20_000))).events.filter(
      ({ type }) => type === 'response.output_text.delta'
    )
    expect(deltas.length).toBeGreaterThan(1)
    expect(Math.max(...deltas.map((event) => JSON.stringify(event).length))).toBeLessThan(32_768)
  })

  const words = fc.string({
    unit: fc.constantFrom('a', '<', 'think>', '</answer>', '😀', '\u0000', '"', '\n'),
    maxLength: 8
  })
  const type = fc.constantFrom('agent_message' as const, 'reasoning' as const)
  const source = fc.constantFrom('1', '2', '3')
  const work = fc.oneof(
    fc.record({
      id: source,
      type: fc.constant('command_execution' as const),
      command: words,
      aggregated_output: words,
      status: fc.constantFrom('completed', 'failed', 'declined'),
      exit_code: fc.constantFrom(0, 1, null)
    }),
    fc.record({
      id: source,
      type: fc.constant('file_change' as const),
      changes: fc.constant<{ path: string; kind: string }[]>([]),
      status: fc.constantFrom('completed', 'failed')
    }),
    fc.record({ id: source, type: fc.constant('web_search' as const), query: words })
  )
  const event = fc.oneof(
    fc.record({ type: fc.constant('item.delta' as const), item_id: source, item_type: type, delta: words }),
    fc.record({ type: fc.constant('item.completed' as const), item: fc.record({ id: source, type, text: words }) }),
    fc.record({ type: fc.constantFrom('item.started' as const, 'item.completed' as const), item: work }),
    fc.record({
      type: fc.constant('tool.called' as const),
      call_id: fc.uuid(),
      name: fc.constant('f'),
      arguments: words
    })
  )

  it('are in order for any turn, and lose nothing', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (turn) => {
        const expected = turn
          .flatMap((event) => (event.type === 'item.delta' && event.item_type === 'agent_message' ? event.delta : []))
          .join('')
        const emitted = streamed(turn)
          .response.output.flatMap((item) => (item.type === 'message' ? textOf(item) : []))
          .join('')
        expect(emitted).toBe(expected)
      }),
      { numRuns: 200 }
    )
  })

  it('make the same message however its text is cut', () => {
    fc.assert(
      fc.property(fc.array(words, { minLength: 1 }), fc.boolean(), (texts, stripAnswerTags) => {
        expect(streamed(message('m', ...texts), { stripAnswerTags }).response.output).toEqual(
          streamed(message('m', texts.join('')), { stripAnswerTags }).response.output
        )
      }),
      { numRuns: 200 }
    )
  })
})
