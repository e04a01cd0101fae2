import { describe, expect, it } from 'vitest'
import type { Connection } from '../../../src/codex/app-server/connection.ts'
import { turnVariable } from '../../../src/codex/process/isolation.ts'
import { openThread } from '../../../src/engines/app-server/thread/open-thread.ts'
import type { TurnPlan } from '../../../src/engines/app-server/thread/thread-request.ts'
import { GatewayError } from '../../../src/turn/error.ts'
import type { ErrorCode } from '../../../src/turn/error.ts'

const busy = new GatewayError('thread_busy', 'Busy.')
const opened = { thread: { id: 't', status: { type: 'idle' } }, model: 'm', modelProvider: 'p' }

/** What comes of opening a thread where codex answers so, one answer after the other and the last again and again. */
async function opening(method: TurnPlan['open']['method'], params: object, ...answers: unknown[]) {
  const calls: unknown[][] = []
  const noted: unknown[] = []
  const connection = {
    usage: { opened: (...what: unknown[]) => void noted.push(what) },
    async request(...call: unknown[]) {
      calls.push(call)
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      if (answer instanceof Error) throw answer
      return answer
    }
  } as unknown as Connection
  const open = { method, params: { config: {}, ...params } }
  const result = openThread(connection, open, 'mark').catch((error: unknown) => error)
  return { calls, noted, result: await result }
}

describe('a thread that is opened', () => {
  it('has the mark of its turn in the environment of its commands, beside what is there', async () => {
    const config = { shell_environment_policy: { inherit: 'core', set: { A: '1' } }, other: true }
    const { calls, noted, result } = await opening('thread/start', { config, cwd: '/' }, opened)
    expect(result).toEqual({ id: 't', model: 'm', modelProvider: 'p' })
    const set = { A: '1', [turnVariable]: 'mark' }
    const marked = { shell_environment_policy: { inherit: 'core', set }, other: true }
    expect(calls).toEqual([['thread/start', { cwd: '/', config: marked }]])
    expect(noted).toEqual([['t', false]])
    const bare = await opening('thread/start', { experimentalRawEvents: true }, opened)
    expect(bare.calls[0]?.[1]).toMatchObject({
      config: { shell_environment_policy: { set: { [turnVariable]: 'mark' } } }
    })
    expect(bare.noted).toEqual([['t', true]])
  })

  it('is refused while another turn runs on it, or where codex’s answer is none', async () => {
    const active = { thread: { id: 't', status: { type: 'active' } } }
    expect((await opening('thread/resume', {}, active)).result).toMatchObject({ code: 'thread_busy' })
    expect((await opening('thread/start', {}, { thread: {} })).result).toMatchObject({ code: 'upstream_error' })
    expect((await opening('thread/start', {}, { thread: { id: 't' } })).result).toMatchObject({ id: 't' })
  })

  it('is asked for again as long as codex is about to close it', async () => {
    const { calls, result } = await opening('thread/resume', {}, busy, busy, opened)
    expect([calls.length, result]).toMatchObject([3, { id: 't' }])
    const start = await opening('thread/start', {}, busy, opened)
    expect([start.calls.length, start.result]).toEqual([1, busy])
  })

  it.each<[TurnPlan['open']['method'], ErrorCode, ErrorCode]>([
    ['thread/resume', 'upstream_error', 'thread_not_found'],
    ['thread/resume', 'engine_stopped', 'engine_stopped'],
    ['thread/start', 'upstream_error', 'upstream_error']
  ])('that %s cannot open for %s fails with %s', async (method, code, expected) => {
    const { calls, result } = await opening(method, {}, new GatewayError(code, 'No.'))
    expect([calls.length, result]).toMatchObject([1, { code: expected }])
  })
})
