import { describe, expect, it } from 'vitest'
import type { Step } from '../../support/scripted-codex/step.ts'
import { begun, closed, completed, delta, handshake, hello, listening, opened, wholeTurn, withEngine } from './child.ts'
import { endOf, deltasOf } from './rig.ts'

describe('an app-server that', () => {
  it('never answers the handshake is given up, and another is started', async () => {
    await withEngine(
      [[listening], [...handshake, ...wholeTurn]],
      async (run, codex) => {
        expect(endOf(await run())).toMatchObject({ type: 'turn.failed', error: { code: 'engine_stopped' } })
        expect(await run()).toMatchObject(hello)
        expect(codex.runs()).toHaveLength(2)
      },
      { patience: { start: 1_500, interrupt: 300 } }
    )
  })

  it('has too much to do is overloaded', async () => {
    await withEngine(
      [
        ...handshake,
        { request: 'thread/start', error: { code: -32_001, message: 'Server overloaded; retry later.' } },
        ...wholeTurn
      ],
      async (run) => {
        expect(endOf(await run())).toMatchObject({ type: 'turn.failed', error: { code: 'overloaded', retry_after: 1 } })
        expect(await run()).toMatchObject(hello)
      }
    )
  })

  it.each<[string, Step]>([
    ['is killed', { kill: 'SIGKILL' }],
    ['exits', { exit: 0 }]
  ])('%s in the middle fails the turn, and the next one runs on another', async (_title, end) => {
    await withEngine(
      [
        [...handshake, ...opened(), ...begun(), delta('Hel'), end],
        [...handshake, ...wholeTurn]
      ],
      async (run, codex) => {
        const events = await run()
        expect(deltasOf(events)).toBe('Hel')
        expect(endOf(events)).toMatchObject({ type: 'turn.failed', error: { code: 'engine_stopped' } })
        expect(await run()).toMatchObject(hello)
        expect(codex.runs()).toHaveLength(2)
      }
    )
  })

  it('closes its stdout and lives on is ended', async () => {
    await withEngine(
      [
        [...handshake, ...opened(), ...begun(), { close: 'stdout' }, listening],
        [...handshake, ...wholeTurn]
      ],
      async (run, codex) => {
        expect(endOf(await run())).toMatchObject({ type: 'turn.failed', error: { code: 'engine_stopped' } })
        expect(await run()).toMatchObject(hello)
        await codex.until(([first]) => first?.exitCode !== undefined)
      }
    )
  })

  it('does not end a turn is replaced, while its other turn continues', async () => {
    const first: Step[] = [
      ...handshake,
      ...opened('t1'),
      ...begun('u1'),
      ...opened('t2'),
      ...begun('u2'),
      { mark: 'both' },
      { request: 'turn/interrupt' },
      { gate: 'go' },
      delta('Still here', 't2', 'u2'),
      completed('t2', 'u2'),
      ...closed,
      listening
    ]
    await withEngine([first, [...handshake, ...wholeTurn]], async (run, codex) => {
      const abort = new AbortController()
      const stuck = run(abort.signal)
      await codex.until(([child]) => child?.stdin.includes('turn/start') ?? false)
      const other = run()
      await codex.until(([child]) => child?.marks.includes('both') ?? false)
      abort.abort('timeout')
      expect(endOf(await stuck)).toEqual({ type: 'turn.interrupted', reason: 'timeout' })
      expect(await run()).toMatchObject(hello)
      codex.open('go')
      expect(deltasOf(await other)).toBe('Still here')
      await codex.until(([child]) => child?.exitCode !== undefined)
    })
  })

  it('completes the turn while it is interrupted: there is one outcome', async () => {
    const steps: Step[] = [
      ...handshake,
      ...opened(),
      ...begun(),
      { mark: 'begun' },
      { request: 'turn/interrupt', error: { code: -32_600, message: 'no active turn to interrupt' } },
      completed(),
      { request: 'thread/backgroundTerminals/clean', result: {} },
      ...closed
    ]
    await withEngine(steps, async (run, codex) => {
      const abort = new AbortController()
      const events = run(abort.signal)
      await codex.until(([child]) => child?.marks.length === 1)
      abort.abort('client')
      expect(endOf(await events)).toEqual({ type: 'turn.interrupted', reason: 'client' })
      expect(codex.runs()).toHaveLength(1)
    })
  })
})
