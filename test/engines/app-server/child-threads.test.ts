import { describe, expect, it } from 'vitest'
import type { Step } from '../../support/scripted-codex/step.ts'
import { begun, closed, completed, delta, handshake, hello, opened, says, withEngine } from './child.ts'
import { turnRequest } from './rig.ts'

describe('an app-server that', () => {
  it('has threads that wait loaded unloads the one that gives way', async () => {
    const turn = (number: number) => [
      ...opened(`t${number}`),
      ...begun(`u${number}`),
      delta('Hello', `t${number}`, `u${number}`),
      completed(`t${number}`, `u${number}`)
    ]
    await withEngine(
      [...handshake, ...turn(1), ...turn(2), ...closed, { mark: 'closed' }],
      async (run, codex) => {
        await run()
        await run()
        await codex.until(([child]) => child?.marks.includes('closed') ?? false)
        expect(
          codex
            .runs()[0]!
            .stdin.split('\n')
            .filter((line) => line.includes('thread/unsubscribe'))
            .join()
        ).toContain('"threadId":"t1"')
      },
      { warmThreads: 1 }
    )
  })

  it('still closes a thread, though it has reported it closed, is asked for it again', async () => {
    const resume = (answer: object): Step => ({ request: 'thread/resume', ...answer })
    const steps = [
      ...handshake,
      resume({
        error: { code: -32_600, message: 'thread t1 is closing; retry thread/resume after the thread is closed' }
      }),
      resume({ result: { thread: { id: 't1' } } }),
      ...begun(),
      delta('Hello'),
      completed(),
      ...closed,
      says('thread/closed', { threadId: 't1' })
    ]
    await withEngine(steps, async (run) => {
      expect(await run(undefined, { thread: { kind: 'resume', id: 't1' } })).toMatchObject(hello)
    })
  })

  it('takes a turn for a part of the last one on its thread is given it in a new thread', async () => {
    const steps = [
      ...handshake,
      ...opened('t1'),
      ...begun('u1'),
      completed('t1', 'u1'),
      { request: 'turn/start', result: { turn: { id: 'u1' } } },
      { request: 'turn/interrupt', error: { code: -32_600, message: 'no active turn' } },
      { request: 'thread/backgroundTerminals/clean', result: {} },
      ...closed
    ]
    await withEngine(
      [
        ...steps,
        ...opened('t2'),
        { request: 'thread/inject_items', result: {} },
        ...begun('u2'),
        delta('Hello', 't2', 'u2'),
        completed('t2', 'u2')
      ],
      async (run) => {
        await run()
        const { input } = turnRequest()
        expect(await run(undefined, { history: [{ type: 'message', role: 'user', content: input }] })).toMatchObject(
          hello
        )
      },
      { warmThreads: 2 }
    )
  })
})
