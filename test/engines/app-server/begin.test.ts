import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Connection } from '../../../src/codex/app-server/connection.ts'
import { hasBegun, hasTakenResult, interrupt, turnIdFrom } from '../../../src/engines/app-server/turn/begin.ts'
import { ReviewTurn } from '../../../src/engines/app-server/turn/review-turn.ts'
import { resume } from '../../../src/engines/app-server/waiting/resume.ts'
import { OpenCalls } from '../../../src/engines/app-server/waiting/open-calls.ts'
import type { Resumed } from '../../../src/engines/app-server/waiting/open-turn.ts'
import { GatewayError } from '../../../src/turn/error.ts'
import { text } from './tool-loop.ts'

/** A connection that notes its calls, of which these fail. */
function connectionOf(...failing: string[]) {
  const calls: unknown[] = []
  const connection = {
    usage: { interrupt: (threadId: string) => void calls.push(`count ${threadId}`) },
    async request(method: string, params: object) {
      calls.push([method, params])
      if (failing.includes(method)) throw new GatewayError('upstream_error', 'No.')
      return {}
    }
  } as unknown as Connection
  return { connection, calls }
}

describe('the beginning of a turn', () => {
  it('names it, but for a thread that is made shorter', () => {
    expect(turnIdFrom({ turn: { id: 'u' } }, 'turn/start')).toBe('u')
    expect(turnIdFrom({ turn: { id: 'u' } }, 'thread/compact/start')).toBeUndefined()
    expect(() => turnIdFrom({}, 'review/start')).toThrow('did not start')
  })

  it.each<[string, () => Promise<unknown> | undefined, boolean]>([
    ['was not asked for', () => undefined, false],
    ['was answered', () => Promise.resolve({}), true],
    ['was refused', () => Promise.reject(new GatewayError('upstream_error', 'No.')), false],
    ['may have come before codex died', () => Promise.reject(new GatewayError('engine_stopped', 'Gone.')), true],
    ['went wrong here', () => Promise.reject(new Error('engine_stopped')), false]
  ])('that %s', async (_how, start, begun) => {
    expect(await hasBegun(start())).toBe(begun)
  })

  it('after a wait is that codex has the result of a call', () => {
    const item = { type: 'dynamicToolCall' }
    expect(hasTakenResult('item/completed', { item })).toBe(true)
    expect(hasTakenResult('item/started', { item })).toBe(false)
    expect(hasTakenResult('item/completed', { item: { type: 'reasoning' } })).toBe(false)
    expect(hasTakenResult('item/completed', {})).toBe(false)
  })
})

describe('an interrupt', () => {
  it('ends the turn and what its commands left, whether or not codex accepts it', async () => {
    const { connection, calls } = connectionOf()
    expect(await interrupt(connection, 't', 'u')).toBe(true)
    expect(calls).toEqual([
      'count t',
      ['turn/interrupt', { threadId: 't', turnId: 'u' }],
      ['thread/backgroundTerminals/clean', { threadId: 't' }]
    ])
    const refused = connectionOf('turn/interrupt', 'thread/backgroundTerminals/clean')
    expect([await interrupt(refused.connection, 't'), refused.calls.length]).toEqual([false, 3])
  })

  it('of a review is of the turn inside it, for which it waits a second at most', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const [review, other, silent] = [
      new ReviewTurn('review/start'),
      new ReviewTurn('turn/start'),
      new ReviewTurn('review/start')
    ]
    for (const turn of [review, other]) {
      turn.notified('turn/completed', { turn: { id: 'no' } })
      turn.notified('turn/started', {})
    }
    const id = review.innerId()
    for (const turn of [review, other]) turn.notified('turn/started', { turn: { id: 'inner' } })
    expect([await id, await other.innerId(), vi.getTimerCount()]).toEqual(['inner', undefined, 0])
    const none = silent.innerId()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await none).toBeUndefined()
  })
})

it('a turn that goes on is sent what came with the results before them, and its instruction last', async () => {
  const { connection, calls } = connectionOf()
  const open = new OpenCalls()
  const answers: unknown[] = []
  for (const id of ['a', 'b']) open.asked(id, (reply) => void answers.push([calls.length, reply]))
  const resumed = {
    turn: { threadId: 't', turnId: 'u', calls: open },
    results: new Map([
      ['b', text('two')],
      ['a', text('one')]
    ]),
    messages: [
      { type: 'message', role: 'user', content: text('Hurry.') },
      { type: 'message', role: 'developer', content: text('Be brief.') }
    ]
  } as unknown as Resumed
  await resume(connection, resumed, 'Call.')
  const injected = (words: string) => [
    'thread/inject_items',
    { threadId: 't', items: [{ type: 'message', role: 'developer', content: [{ type: 'input_text', text: words }] }] }
  ]
  expect(calls).toEqual([
    [
      'turn/steer',
      { threadId: 't', expectedTurnId: 'u', input: [{ type: 'text', text: 'Hurry.', text_elements: [] }] }
    ],
    injected('Be brief.'),
    injected('Call.')
  ])
  const reply = (words: string) => ({ result: { contentItems: [{ type: 'inputText', text: words }], success: true } })
  expect(answers).toEqual([
    [3, reply('two')],
    [3, reply('one')]
  ])
  await resume(connection, { ...resumed, messages: [] }, undefined)
  expect(calls).toHaveLength(3)
})
