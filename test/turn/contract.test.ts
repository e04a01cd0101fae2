import { describe, expect, it } from 'vitest'
import { contracted } from '../../src/turn/contract.ts'
import { GatewayError } from '../../src/turn/error.ts'
import type { TurnEvent } from '../../src/turn/event.ts'
import { noUsage } from '../../src/turn/usage.ts'
import { transcriptFrom } from '../../src/turn/transcript.ts'

const message = (id: string, text: string): TurnEvent => ({
  type: 'item.completed',
  item: { id, type: 'agent_message', text }
})
const delta = (id: string, text: string): TurnEvent => ({
  type: 'item.delta',
  item_id: id,
  item_type: 'agent_message',
  delta: text
})
const completed: TurnEvent = { type: 'turn.completed' }

async function heard(events: TurnEvent[], thrown?: Error, signal = new AbortController().signal): Promise<TurnEvent[]> {
  const run = contracted(async function* () {
    yield* events
    if (thrown) throw thrown
  })
  const all: TurnEvent[] = []
  for await (const event of run({ input: [] }, signal)) all.push(event)
  return all
}

describe('the contract of engines', () => {
  it('turns what is thrown into a failure, and keeps a stranger’s words to itself', async () => {
    expect(await heard([], new GatewayError('rate_limited', 'Later.', { retryAfter: 3 }))).toEqual([
      { type: 'turn.failed', error: { code: 'rate_limited', message: 'Later.', retry_after: 3 } }
    ])
    expect(JSON.stringify(await heard([], new Error('secret')))).not.toContain('secret')
  })

  it('lets nothing follow the first end', async () => {
    expect(await heard([completed, message('1', 'late'), completed])).toEqual([completed])
  })

  it('supplies an end where there is none', async () => {
    expect((await heard([message('1', 'a')])).at(-1)).toMatchObject({
      type: 'turn.failed',
      error: { code: 'upstream_error' }
    })
  })

  it('tells a message as one delta when it came without any', async () => {
    expect(await heard([message('1', 'a'), delta('2', 'b'), message('2', 'b'), completed])).toEqual([
      delta('1', 'a'),
      message('1', 'a'),
      delta('2', 'b'),
      message('2', 'b'),
      completed
    ])
  })

  it('tells the phase of such a message, and reasoning without one', async () => {
    const item = { id: '1', type: 'agent_message', text: 'a' } as const
    const thought = { id: '2', type: 'reasoning', text: 'b' } as const
    const spoken = await heard([
      { type: 'item.completed', item: { ...item, phase: 'commentary' } },
      { type: 'item.completed', item: thought }
    ])
    expect(spoken.filter(({ type }) => type === 'item.delta')).toStrictEqual([
      { ...delta('1', 'a'), phase: 'commentary' },
      { type: 'item.delta', item_id: '2', item_type: 'reasoning', delta: 'b' }
    ])
    expect((await heard([message('3', 'c')]))[0]).toStrictEqual(delta('3', 'c'))
  })

  it('knows a failure after an abort for what it is, and leaves a turn that completed', async () => {
    expect(await heard([], new Error(), AbortSignal.abort('timeout'))).toEqual([
      { type: 'turn.interrupted', reason: 'timeout' }
    ])
    expect(await heard([completed], undefined, AbortSignal.abort('client'))).toEqual([completed])
  })

  it.each([
    ['timeout', 'timeout'],
    ['shutdown', 'shutdown'],
    ['elsewhere', 'elsewhere'],
    [undefined, 'client'],
    [new Error('closed'), 'client']
  ] as const)('takes the reason of an abort from its signal: %s', async (given, reason) => {
    expect(await heard([], new Error(), AbortSignal.abort(given))).toEqual([{ type: 'turn.interrupted', reason }])
  })

  it('keeps the usage of a turn that an abort ended', async () => {
    const failed: TurnEvent = { type: 'turn.failed', error: { code: 'upstream_error', message: 'No.' }, usage: noUsage }
    expect(await heard([failed], undefined, AbortSignal.abort('client'))).toEqual([
      { type: 'turn.interrupted', reason: 'client', usage: noUsage }
    ])
    expect(await heard([failed])).toEqual([failed])
  })

  it.each(['agent_message', 'reasoning'] as const)('emits a delta for %s with text alone', async (type) => {
    const item = (text: string): TurnEvent => ({ type: 'item.completed', item: { id: '1', type, text } })
    expect(await heard([item('a'), completed])).toHaveLength(3)
    expect(await heard([item(''), completed])).toHaveLength(2)
  })
})

describe('the transcript', () => {
  it('writes every role, tool call, tool result and name, and marks each image where it stood', () => {
    const text = (said: string) => [{ type: 'text' as const, text: said }]
    const url = 'data:image/png;base64,AA=='
    expect(
      transcriptFrom({
        instructions: 'Be brief.',
        history: [
          { type: 'message', role: 'system', content: text('You help.') },
          {
            type: 'message',
            role: 'user',
            name: 'ada',
            content: [
              { type: 'image', url },
              { type: 'text', text: 'What is it?' }
            ]
          },
          { type: 'tool_call', call_id: 'c1', name: 'look', arguments: '{"at":1}' },
          { type: 'tool_result', call_id: 'c1', name: 'look', output: text('a cat') },
          { type: 'message', role: 'assistant', content: text('A cat.') }
        ],
        input: [
          { type: 'text', text: 'And this?' },
          { type: 'image', url: `${url}2` }
        ]
      })
    ).toEqual({
      text: 'DEVELOPER: Be brief.\n\nSYSTEM: You help.\n\nUSER (ada): [image 1]\nWhat is it?\n\nASSISTANT TOOL CALL c1: look({"at":1})\n\nTOOL RESULT c1 (look): a cat\n\nASSISTANT: A cat.\n\nUSER: And this?\n[image 2]',
      images: [url, `${url}2`]
    })
  })
})
