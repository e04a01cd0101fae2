import { describe, expect, it } from 'vitest'
import type { TurnRequest, TurnThread } from '../../../src/turn/request.ts'
import { says } from '../../support/upstream/answer.ts'
import { mute } from '../../support/upstream/script.ts'
import { endOf, deltasOf, sharedAppServer } from './rig.ts'
import { threadOf } from './counting.ts'
import { usual } from './warm.ts'

const persistent: TurnThread = { kind: 'new', persistent: true }

describe('a persistent thread', () => {
  const rig = sharedAppServer()
  const ask = (text: string, request: Partial<TurnRequest> = {}, signal?: AbortSignal) =>
    rig().run({ input: [{ type: 'text', text }], thread: persistent, ...request }, signal)

  it('continues where it was, with the usage of the new turn alone', async () => {
    rig().upstream.answerNext(says('Hello Ada.'), says('You are Ada.'))
    const threadId = threadOf(await ask('I am Ada.'))
    const events = await ask('Who am I?', { thread: { kind: 'resume', id: threadId } })
    expect(threadOf(events)).toBe(threadId)
    expect(deltasOf(events)).toBe('You are Ada.')
    expect(endOf(events)).toEqual({ type: 'turn.completed', usage: usual })
    expect(rig().upstream.requests.at(-1)?.userTexts.slice(-2)).toEqual(['I am Ada.', 'Who am I?'])
    expect(JSON.stringify(rig().upstream.requests.at(-1)?.body.input)).toContain('Hello Ada.')
  })

  it('can be forked at its end, into a thread that can be resumed', async () => {
    const threadId = threadOf(await ask('I am Ada.'))
    const fork = threadOf(await ask('Who am I?', { thread: { kind: 'fork', id: threadId } }))
    expect(fork).not.toBe(threadId)
    expect(rig().upstream.requests.at(-1)?.userTexts.slice(-2)).toEqual(['I am Ada.', 'Who am I?'])
    expect(threadOf(await ask('And now?', { thread: { kind: 'resume', id: fork } }))).toBe(fork)
  })

  it('runs one turn at a time', async () => {
    rig().upstream.answerNext(says('Hi.'))
    const threadId = threadOf(await ask('Hi.'))
    rig().upstream.answerNext(mute)
    const asked = rig().upstream.count
    const abort = new AbortController()
    const first = ask('Wait.', { thread: { kind: 'resume', id: threadId } }, abort.signal)
    await rig().upstream.requested(asked + 1)
    expect(endOf(await ask('And now?', { thread: { kind: 'resume', id: threadId } }))).toMatchObject({
      type: 'turn.failed',
      error: { code: 'thread_busy' }
    })
    abort.abort('client')
    expect(endOf(await first).type).toBe('turn.interrupted')
    expect(deltasOf(await ask('Now?', { thread: { kind: 'resume', id: threadId } }))).toBe('Hello')
  })

  it('takes no tools: an interrupted call would stand in it as cancelled', async () => {
    const threadId = threadOf(await ask('Hi.'))
    expect(
      endOf(await ask('And?', { thread: { kind: 'resume', id: threadId }, tools: [{ name: 'f' }] }))
    ).toMatchObject({
      type: 'turn.failed',
      error: { code: 'unsupported', param: 'tools' }
    })
  })

  it('can be continued at once, many times', async () => {
    const threadId = threadOf(await ask('Hi.'))
    for (let count = 0; count < 8; count++)
      expect(deltasOf(await ask('More.', { thread: { kind: 'resume', id: threadId } }))).toBe('Hello')
  })

  it.each(['01a1fc3a-2a86-7a61-9f6f-8fa20d404cae', 'nonsense', '../../etc/passwd'])(
    'is not found when it is %s',
    async (threadId) => {
      expect(endOf(await ask('Hello?', { thread: { kind: 'resume', id: threadId } }))).toMatchObject({
        type: 'turn.failed',
        error: { code: 'thread_not_found' }
      })
    }
  )

  it('is not found when it was ephemeral', async () => {
    const threadId = threadOf(await ask('Hi.', { thread: { kind: 'new', persistent: false } }))
    const code = async () => {
      const end = endOf(await ask('Hello?', { thread: { kind: 'resume', id: threadId } }))
      return end.type === 'turn.failed' && end.error.code
    }
    await expect.poll(code).toBe('thread_not_found') // thread_busy while it is being unloaded
  })
})
