import { describe, expect, it } from 'vitest'
import { abilitiesFor, enginesOf } from '../../src/turn/engine.ts'
import { GatewayError, shuttingDown, turnErrorFrom } from '../../src/turn/error.ts'
import { inputFrom } from '../../src/turn/input.ts'
import type { HistoryItem } from '../../src/turn/request.ts'
import { inNewThread, isPersistent, unsentPart } from '../../src/turn/thread.ts'

const content = [{ type: 'text' as const, text: 'Hi.' }]
const user: HistoryItem = { type: 'message', role: 'user', content }
const assistant: HistoryItem = { type: 'message', role: 'assistant', content }
const call: HistoryItem = { type: 'tool_call', call_id: 'c', name: 'f', arguments: '{}' }
const tool = { name: 'f', parameters: {} }

describe('the input of a turn', () => {
  it('is the last message, when a user without a name wrote it; earlier ones are the history', () => {
    expect(inputFrom([user])).toEqual({ input: content })
    expect(inputFrom([assistant, user])).toEqual({ input: content, history: [assistant] })
  })

  it.each([
    ['another role', assistant],
    ['a call', call],
    ['a user with a name', { ...user, name: 'ada' }]
  ])('is empty where %s comes last', (_name, last) => {
    expect(inputFrom([user, last])).toEqual({ input: [], history: [user, last] })
  })

  it('is empty where there is nothing', () => {
    expect(inputFrom([])).toEqual({ input: [], history: [] })
  })
})

describe('the thread of a turn', () => {
  it('is stored when it is to be resumed or forked, or when it is new and persistent', () => {
    const threads = [
      undefined,
      { kind: 'new', persistent: false },
      { kind: 'new', persistent: true },
      { kind: 'resume', id: 't' },
      { kind: 'fork', id: 't' }
    ] as const
    expect(threads.map((thread) => isPersistent({ thread }))).toEqual([false, false, true, true, true])
  })

  it('has received its items and instructions already, when it is resumed', () => {
    const history = [user, assistant]
    const request = { input: content, history, instructions: 'Be brief.' }
    expect(unsentPart(request)).toBe(request)
    expect(unsentPart({ ...request, thread: { kind: 'resume', id: 't', heldItems: 1 } })).toMatchObject({
      input: content,
      history: [assistant],
      instructions: undefined
    })
  })

  it('can be replaced by a new one only where it is known what it contained', () => {
    expect(inNewThread({ input: content })).toBeUndefined()
    expect(inNewThread({ input: content, thread: { kind: 'new', persistent: true } })).toBeUndefined()
    expect(inNewThread({ input: content, thread: { kind: 'resume', id: 't' } })).toBeUndefined()
    expect(inNewThread({ input: content, thread: { kind: 'resume', id: 't', heldItems: 0 } })?.thread).toEqual({
      kind: 'new',
      persistent: true
    })
  })
})

describe('what a turn needs of its engine', () => {
  it('is tools where it has some that may be called', () => {
    expect(abilitiesFor({ tools: [tool] })).toEqual(['tools'])
    expect(abilitiesFor({ tools: [tool], toolChoice: 'none' })).toEqual([])
    expect(abilitiesFor({ tools: [] })).toEqual([])
    expect(abilitiesFor({})).toEqual([])
  })

  it('is looked for among those an engine chooses from, or in itself', () => {
    const [exec, appServer] = [{ name: 'exec' }, { name: 'app-server' }]
    expect(enginesOf(exec)).toEqual([exec])
    expect(enginesOf({ name: 'routed', engines: [exec, appServer] })).toEqual([exec, appServer])
  })
})

describe('the error of a turn', () => {
  it('has the words of a GatewayError, its field and its delay, and nothing of another error', () => {
    const error = new GatewayError('rate_limited', 'Later.', { param: 'model', retryAfter: 3, cause: 'secret' })
    expect(turnErrorFrom(error)).toEqual({ code: 'rate_limited', message: 'Later.', param: 'model', retry_after: 3 })
    expect(turnErrorFrom(new GatewayError('timeout', 'Late.'))).toEqual({ code: 'timeout', message: 'Late.' })
    expect(turnErrorFrom(new Error('secret'))).toMatchObject({ code: 'internal_error' })
    expect(JSON.stringify(turnErrorFrom(new Error('secret')))).not.toContain('secret')
  })

  it('keeps its reason and its cause for dialects and the log', () => {
    expect(shuttingDown()).toMatchObject({ name: 'GatewayError', code: 'overloaded', reason: 'shutting_down' })
    expect(new GatewayError('timeout', 'Late.', { cause: 'stderr' }).cause).toBe('stderr')
  })
})
