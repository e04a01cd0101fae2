import { describe, expect, it, vi } from 'vitest'
import type { TurnPlan } from '../../../src/engines/app-server/thread/thread-request.ts'
import { dynamicTools } from '../../../src/engines/app-server/thread/tools.ts'
import type { RunningOptions } from '../../../src/engines/app-server/turn/begin.ts'
import { RunningTurn } from '../../../src/engines/app-server/turn/turn.ts'
import { GatewayError } from '../../../src/turn/error.ts'
import { noUsage } from '../../../src/turn/usage.ts'
import { fakeConnection } from './fake-connection.ts'
import { planOf, started } from './running-turn.ts'

const inject = [{ type: 'message', role: 'user' }]
const command = { id: 'c', type: 'commandExecution', command: 'ls', status: 'inProgress' }
const warm = { id: 't', mark: 'warm', ready: Promise.resolve() }

describe('a turn on app-server', () => {
  it.each<[string, Partial<TurnPlan>, RunningOptions, string[]]>([
    ['in a new thread', {}, {}, ['thread/start', 'turn/start']],
    ['with a history', { inject }, {}, ['thread/start', 'thread/inject_items', 'turn/start']],
    ['in a thread that has it', { inject }, { warm }, ['turn/start']],
    ['in one that is empty', { inject }, { warm: { ...warm, isEmpty: true } }, ['thread/inject_items', 'turn/start']]
  ])('begins %s', async (_how, plan, options, calls) => {
    const { begun, turn, complete } = await started(plan, options)
    expect(begun).toEqual(calls)
    complete()
    expect(await turn.events.take()).toEqual([{ type: 'turn.completed' }])
    await turn.close()
  })

  it('unloads its thread when it is over, and hears nothing more of it', async () => {
    const { turn, calls, complete, listeners } = await started()
    complete()
    await turn.close()
    expect([calls, listeners.size]).toEqual([['thread/unsubscribe'], 0])
  })

  it('waits in a warm thread for what is left of its last turn, and steers no turn that runs there', async () => {
    let clear = () => {}
    const ready = new Promise<void>((resolve) => (clear = resolve))
    const { connection, calls } = fakeConnection()
    const turn = new RunningTurn(connection, planOf(), { warm: { ...warm, ready, turnId: 'u' } })
    const opened = turn.open()
    const wait = Promise.race([opened, new Promise((resolve) => setImmediate(resolve, 'waits'))])
    expect(await wait).toBe('waits')
    clear()
    await expect(turn.start(await opened)).rejects.toMatchObject({ code: 'thread_busy' })
    expect(calls).toEqual(['turn/start'])
  })

  it('is interrupted when it is closed before its end, and waits for that', async () => {
    const { turn, calls, complete } = await started({}, { warm })
    const closed = turn.close()
    await vi.waitFor(() => expect(calls).toEqual(['turn/interrupt', 'thread/backgroundTerminals/clean']))
    complete('interrupted')
    await closed
    expect(calls.slice(2)).toEqual(['thread/unsubscribe', 'clear warm'])
  })

  it('that codex neither ends nor refuses to end costs its app-server all further turns', async () => {
    const { turn, calls, fake, listeners } = await started()
    fake.patience.interrupt = 1
    await turn.close()
    expect([calls.at(-1), listeners.size]).toEqual(['abandon t', 0])
  })

  it('is over where codex refuses to end it, or is gone', async () => {
    const refused = await started(
      {},
      {},
      { 'turn/interrupt': () => Promise.reject(new GatewayError('upstream_error', 'No.')) }
    )
    await refused.turn.close()
    expect(refused.calls).not.toContain('abandon t')
    for (const usable of [true, false]) {
      const { turn, calls, fake, listeners } = await started()
      fake.usable = usable
      fake.patience.interrupt = usable ? 1 : 10_000
      listeners.get('t')?.lost(new GatewayError('engine_stopped', 'Gone.'))
      await expect(turn.events.take()).rejects.toThrow('Gone.')
      await turn.close()
      expect(calls.includes('abandon t')).toBe(usable)
    }
  })

  it('that never began has nothing to interrupt', async () => {
    const app = fakeConnection({ 'turn/start': () => Promise.reject(new GatewayError('invalid_request', 'No.')) })
    const turn = new RunningTurn(app.connection, planOf())
    await expect(turn.start(await turn.open())).rejects.toThrow('No.')
    await turn.close()
    expect(app.calls).toEqual(['thread/start', 'turn/start', 'thread/unsubscribe'])
    const unopened = fakeConnection()
    await new RunningTurn(unopened.connection, planOf()).close()
    expect(unopened.calls).toEqual([])
  })

  it('leaves its thread loaded where it goes on, without what its commands have left', async () => {
    for (const [item, left] of [
      [{ id: 'm', type: 'agentMessage', text: '' }, []],
      [command, ['thread/backgroundTerminals/clean', 'clear warm']]
    ] as const) {
      const { turn, calls, says, complete } = await started({}, { warm })
      says('item/started', { item })
      complete()
      const kept = turn.keepLoaded('t')
      expect(kept).toMatchObject({ id: 't', mark: 'warm', turnId: 'u' })
      await turn.close()
      await kept.ready
      expect(calls).toEqual(left)
    }
  })

  it('waits for a thread that is stored to be unloaded', async () => {
    const { turn, complete, says, calls } = await started({ persistent: true })
    complete()
    let isClosed = false
    const closed = turn.close().then(() => (isClosed = true))
    await vi.waitFor(() => expect(calls).toEqual(['thread/unsubscribe']))
    expect(isClosed).toBe(false)
    says('thread/closed')
    await closed
  })

  it('passes on what others are to see, and leaves to them what they answer', async () => {
    const seen: unknown[] = []
    const { turn, says, listeners, complete } = await started(
      {},
      {
        tap: (method) => void seen.push(method),
        called: (params) => 'mine' in params,
        asked: (method) => method === 'mine'
      }
    )
    const listener = listeners.get('t')!
    says('turn/diff/updated')
    says('turn/started', { turn: { id: 'u' } })
    expect(seen).toEqual(['turn/diff/updated', 'turn/started'])
    expect([listener.called({ mine: 1 }, () => {}), listener.called({}, () => {})]).toEqual([true, false])
    expect([listener.asked?.('mine', {}, () => {}), listener.asked?.('x', {}, () => {})]).toEqual([true, false])
    listener.counted({ type: 'usage.counted', response_id: 'r', thread_id: 't', usage: noUsage, source: 'response' })
    expect((await turn.events.take()).map(({ type }) => type)).toEqual(['turn.started', 'usage.counted'])
    expect(turn.usage.events).toHaveLength(1)
    complete()
    await turn.close()
  })

  it('is asked once more for a call that the model had to make', async () => {
    const tools = dynamicTools({ input: [], tools: [{ name: 'f' }], toolChoice: 'required' })
    let turns = 0
    const { turn, says, calls, sent, complete } = await started(
      { tools },
      {},
      { 'turn/start': () => ({ turn: { id: turns++ ? 'second' : 'u' } }) }
    )
    complete()
    expect([calls, JSON.stringify(sent.at(-1)?.[1])]).toEqual([
      ['turn/start'],
      expect.stringContaining('That was not a call.')
    ])
    await vi.waitFor(() => expect(turn.reader.turnId).toBe('second'))
    says('turn/completed', { turnId: 'second', turn: { id: 'second', status: 'completed' } })
    expect(await turn.events.take()).toMatchObject([{ type: 'turn.failed', error: { code: 'upstream_error' } }])
    await turn.close()
  })
})
