import { describe, expect, it } from 'vitest'
import type { Step } from '../../support/scripted-codex/step.ts'
import { answers, begun, closed, completed, delta, handshake, hello, opened, says, withEngine } from './child.ts'
import { endOf, deltasOf } from './rig.ts'

describe('an app-server that', () => {
  it('ends a turn before it has answered the call that starts it', async () => {
    const steps: Step[] = [
      ...handshake,
      ...opened(),
      { request: 'turn/start' },
      says('turn/started', { threadId: 't1', turn: { id: 'u1' } }),
      delta('Hello'),
      completed(),
      { emit: { id: 3, result: { turn: { id: 'u1' } } } },
      ...closed
    ]
    await withEngine(steps, async (run) => {
      const events = await run()
      expect(deltasOf(events)).toBe('Hello')
      expect(endOf(events)).toEqual({ type: 'turn.completed' })
    })
  })

  it('reports other threads and other turns does not disturb this one', async () => {
    await withEngine(
      [
        ...handshake,
        ...opened(),
        ...begun(),
        delta('theirs', 't2'),
        delta('old', 't1', 'u0'),
        completed('t2'),
        completed('t1', 'u0'),
        delta('Hello'),
        completed(),
        ...closed
      ],
      async (run) => {
        expect(await run()).toMatchObject(hello)
      }
    )
  })

  it('writes garbage, blank lines and unknown messages is read all the same', async () => {
    const noise: Step[] = [
      { raw: '\n\r\n{"half":\nnull\n42\n"text"\n\uFEFF{}\n' },
      { base64: '/8D/Cg==' },
      says('item/agentMessage/delta', { threadId: 't1', turnId: 'u1' }),
      says('item/completed', { threadId: 't1', turnId: 'u1', item: 5 }),
      says('item/started', { threadId: 't1', turnId: 'u1', item: { type: 'newThing', id: 'n1', more: 1 } }),
      says('some/news', { threadId: 't1', turnId: 'u1' }),
      { emit: { method: 'bare' } },
      { emit: { id: 99, result: {} } },
      { emit: { id: 1, result: {} } },
      { emit: { id: null, error: { code: 1, message: 'x' } } }
    ]
    await withEngine(
      [...handshake, ...opened(), ...begun(), ...noise, delta('Hello'), completed(), ...closed],
      async (run) => {
        const events = await run()
        expect(deltasOf(events)).toBe('Hello')
        expect(events).toContainEqual({
          type: 'item.started',
          item: { id: 'n1', type: 'unknown', original: { type: 'newThing', id: 'n1', more: 1 } }
        })
        expect(endOf(events).type).toBe('turn.completed')
      }
    )
  })

  it('asks gets an answer to everything: no, or that nobody can', async () => {
    const asks = [
      'item/commandExecution/requestApproval',
      'item/fileChange/requestApproval',
      'item/permissions/requestApproval',
      'item/tool/requestUserInput',
      'item/tool/call',
      'mcpServer/elicitation/request',
      'applyPatchApproval',
      'execCommandApproval',
      'account/chatgptAuthTokens/refresh',
      'brand/new',
      'constructor'
    ]
    const questions = asks.map((method, index): Step => ({
      emit: {
        id: index % 2 ? index : `s${index}`,
        method,
        params: { threadId: index === 4 ? 'other' : 't1', turnId: 'u1' }
      }
    }))
    await withEngine(
      [...handshake, ...opened(), ...begun(), ...questions, completed(), ...closed],
      async (run, codex) => {
        await run()
        const replies = answers(codex)
        expect(replies).toHaveLength(asks.length)
        expect(replies[0]).toEqual({ id: 's0', result: { decision: 'decline' } })
        expect(replies[4]).toEqual({ id: 's4', result: { contentItems: [], success: false } })
        expect(replies[5]).toMatchObject({ id: 5, result: { action: 'decline' } })
        expect(replies.slice(8)).toMatchObject([
          { error: { code: -32_601 } },
          { error: { code: -32_601 } },
          { error: { code: -32_601 } }
        ])
      }
    )
  })

  it('writes a line of 50 MB about nobody disturbs nobody', async () => {
    await withEngine(
      [...handshake, ...opened(), ...begun(), { longLine: 50 }, delta('Hello'), completed(), ...closed],
      async (run) => {
        expect(await run()).toMatchObject(hello)
      }
    )
  })

  it('writes a line that is too long about one turn fails that turn only', async () => {
    const steps: Step[] = [
      ...handshake,
      ...opened(),
      ...begun(),
      delta('x'.repeat(70_000)),
      { request: 'turn/interrupt', result: {} },
      { request: 'thread/backgroundTerminals/clean', result: {} },
      completed('t1', 'u1', 'interrupted'),
      ...closed,
      ...opened('t2'),
      ...begun('u2'),
      delta('Hello', 't2', 'u2'),
      completed('t2', 'u2'),
      ...closed
    ]
    await withEngine(steps, async (run, codex) => {
      expect(endOf(await run())).toMatchObject({
        type: 'turn.failed',
        error: { code: 'upstream_error', message: 'Codex wrote a line that is too long.' }
      })
      expect(await run()).toMatchObject(hello)
      expect(codex.runs()).toHaveLength(1)
    })
  })
  it('floods its stderr does not stall', async () => {
    await withEngine(
      [
        ...handshake,
        ...opened(),
        ...begun(),
        { stderr: 'warning '.repeat(1_000), times: 2_000 },
        delta('Hello'),
        completed(),
        ...closed
      ],
      async (run) => {
        expect(await run()).toMatchObject(hello)
      }
    )
  })
})
