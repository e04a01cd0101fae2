import { describe, expect, it, vi } from 'vitest'
import { RunningTurn } from '../../../src/engines/app-server/turn/turn.ts'
import { OpenCalls } from '../../../src/engines/app-server/waiting/open-calls.ts'
import type { OpenTurn } from '../../../src/engines/app-server/waiting/open-turn.ts'
import { GatewayError } from '../../../src/turn/error.ts'
import { fakeConnection } from './fake-connection.ts'
import { planOf, started } from './running-turn.ts'

const inject = [{ type: 'message' }]

describe('a turn that waits for results', () => {
  it('is left open when it is closed, and ended later, once', async () => {
    const { turn, calls, complete } = await started({ inject })
    const open = turn.leaveOpen(new OpenCalls())
    let lost = 0
    open.onLost = () => void (lost += 1)
    expect(open).toMatchObject({ threadId: 't', turnId: 'u' })
    await turn.close()
    expect(calls).toEqual([])
    const ended = open.end()
    await vi.waitFor(() => expect(calls).toContain('turn/interrupt'))
    complete('interrupted')
    await ended
    expect([lost, calls.slice(2)]).toEqual([1, ['thread/unsubscribe', `clear ${open.mark}`]])
  })

  it.each<[string, (turn: Awaited<ReturnType<typeof started>>) => void]>([
    ['ends', ({ complete }) => complete('interrupted')],
    ['is gone', ({ listeners }) => listeners.get('t')?.lost(new GatewayError('engine_stopped', 'Gone.'))],
    ['does not wait', ({ says }) => says('rawResponse/completed')]
  ])('is lost when codex %s', async (_how, happens) => {
    const all = await started()
    const open = all.turn.leaveOpen(new OpenCalls())
    let lost = 0
    open.onLost = () => void (lost += 1)
    await all.turn.close()
    happens(all)
    expect(lost).toBe(1)
  })

  it('goes on in the same turn of codex, once that has taken a result', async () => {
    const app = fakeConnection()
    const calls = new OpenCalls()
    const open = { ...{ connection: app.connection, threadId: 't', turnId: 'u', mark: 'mark' }, calls } as OpenTurn
    const resumed = { turn: open, results: new Map(), messages: [], key: { settings: '', conversation: '' } }
    const turn = new RunningTurn(app.connection, planOf({ inject }), { resumed })
    let isStarted = false
    const begins = turn.start(await turn.open()).then(() => (isStarted = true))
    app.says('item/completed', { item: { type: 'reasoning', id: 'r', summary: [], content: [] } })
    await new Promise((resolve) => setImmediate(resolve))
    expect([isStarted, app.calls]).toEqual([false, []])
    app.says('item/completed', { item: { type: 'dynamicToolCall' } })
    await begins
    expect((await turn.events.take()).at(-1)).toEqual({ type: 'turn.started', turn_id: 'u' })
    app.says('turn/completed', { turn: { id: 'u', status: 'completed' } })
    await turn.close()
    expect(app.calls).toEqual(['thread/unsubscribe'])
  })

  it('does not go on where codex dies before it has taken a result', async () => {
    const app = fakeConnection()
    const open = { threadId: 't', turnId: 'u', mark: 'mark', calls: new OpenCalls() } as unknown as OpenTurn
    const resumed = { turn: open, results: new Map(), messages: [], key: { settings: '', conversation: '' } }
    const turn = new RunningTurn(app.connection, planOf(), { resumed })
    const begins = turn.start(await turn.open())
    app.listeners.get('t')?.lost(new GatewayError('engine_stopped', 'Gone.'))
    await expect(begins).rejects.toThrow('Gone.')
  })
})
