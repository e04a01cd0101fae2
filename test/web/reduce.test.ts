import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reduce, viewFrom, visibleEntries, withHistory } from '../../web/session/reduce.ts'
import type { SessionEvent, View } from '../../web/session/types.ts'

const turnId = 't1'
const notification = (id: number, method: string, params: object): SessionEvent => ({
  id,
  event: 'notification',
  data: { method, params: { threadId: 'thread', turnId, ...params } }
})
const state = (seq: number, more: object = {}): SessionEvent => ({
  id: seq,
  event: 'state',
  data: { seq, activeTurn: false, tokenUsage: null, transcript: [], ...more }
})
const message = (id: string, text: string) => ({ item: { type: 'agentMessage', id, text } })
const command = { type: 'commandExecution', id: 'c', command: 'make', cwd: '/w', status: 'inProgress' }
const shown = (view: View) => visibleEntries(view).map((entry) => ('text' in entry ? entry.text : entry.kind))

describe('a view', () => {
  it('leaves entries as they are that an event is not about, and views that went before', () => {
    const before = viewFrom([notification(1, 'item/started', message('a', 'first'))])
    const after = reduce(before, [
      notification(2, 'item/started', message('b', '')),
      notification(3, 'item/agentMessage/delta', { itemId: 'b', delta: 'second' })
    ])
    expect(after.entries[0]).toBe(before.entries[0])
    expect([shown(before), shown(after)]).toEqual([['first'], ['first', 'second']])
  })

  it('shows a command’s output as it comes, and no more than the end of a flood', () => {
    const events = [
      notification(1, 'item/started', { item: command }),
      notification(2, 'item/commandExecution/outputDelta', { itemId: 'c', delta: 'x'.repeat(300_000) }),
      notification(3, 'item/commandExecution/outputDelta', { itemId: 'c', delta: 'end' })
    ]
    const [entry] = viewFrom(events).entries
    expect(entry).toMatchObject({ kind: 'command', status: 'inProgress' })
    expect(entry?.kind === 'command' && [entry.output.length, entry.output.slice(-4)]).toEqual([200_000, 'xend'])
  })

  it('ends what was in progress with its turn', () => {
    const turn = { id: turnId, status: 'interrupted', error: null }
    const events = [notification(1, 'item/started', { item: command }), notification(2, 'turn/completed', { turn })]
    expect(viewFrom(events).entries).toMatchObject([{ status: 'interrupted' }, { text: 'Interrupted.' }])
  })

  it('forgets an error that a retry got over', () => {
    const error = notification(1, 'error', { error: { message: 'Connection lost' }, willRetry: true })
    expect(shown(viewFrom([error]))).toEqual(['Connection lost – Codex tries again.'])
    const end = notification(2, 'turn/completed', { turn: { id: turnId, status: 'completed' } })
    expect(shown(viewFrom([error, end]))).toEqual([])
  })

  it('keeps the newest state, though older ones are replayed after it', () => {
    const view = viewFrom([state(9, { activeTurn: true }), state(3), state(5)])
    expect(view.state).toMatchObject({ seq: 9, activeTurn: true })
  })

  it('has what Codex asks until it is answered, then what became of it', () => {
    const request = { requestId: 'r', method: 'item/commandExecution/requestApproval', params: { command: 'make' } }
    const asked = viewFrom([
      { id: 1, event: 'server-request', data: { ...request, status: 'pending', handled: false } }
    ])
    expect([asked.requests.length, shown(asked)]).toEqual([1, []])
    const over = (more: object): SessionEvent => ({
      id: 2,
      event: 'server-request',
      data: { ...request, handled: true, ...more }
    })
    const outcome = (more: object) => {
      const view = reduce(asked, [over(more)])
      expect(view.requests).toEqual([])
      return shown(view)
    }
    expect(outcome({ status: 'answered', decision: 'accept', answeredBy: 'ann' })).toEqual(['Allowed by ann: make'])
    expect(outcome({ status: 'answered', decision: 'decline', answeredBy: null })).toEqual(['Declined: make'])
    expect(outcome({ status: 'expired' })).toEqual(['Declined, as nobody answered in time: make'])
    expect(outcome({ status: 'cancelled' })).toEqual(['Withdrawn: make'])
  })

  it('says that something is missing, and shows what the state has instead', () => {
    const { data } = state(40, { transcript: [{ id: 'x', role: 'assistant', text: 'brief', turnId: 'old' }] })
    const view = reduce(viewFrom([notification(1, 'item/completed', message('a', 'lost'))]), [
      { id: 39, event: 'gap', data: { reason: 'trimmed', after: 1, next: 40, state: data } },
      notification(40, 'item/completed', message('b', 'new'))
    ])
    expect(shown(view)).toEqual(['brief', expect.stringContaining('no longer stored'), 'new'])
    expect([view.gaps, view.lastId]).toEqual([1, 40])
    const items = [{ turnId: 'old', item: { type: 'agentMessage', id: 'y', text: 'from the thread' } }]
    expect(shown(withHistory(view, items))[0]).toBe('from the thread')
    expect(shown(withHistory(view, items))).not.toContain('brief')
  })

  it('shows a turn once that is in the thread and in the events', () => {
    const items = [
      { turnId: 'earlier', item: { type: 'agentMessage', id: 'item-1', text: 'earlier' } },
      { turnId, item: { type: 'agentMessage', id: 'item-2', text: 'now' } }
    ]
    const view = withHistory(viewFrom([notification(1, 'item/completed', message('live', 'now'))]), items)
    expect(shown(view)).toEqual(['earlier', 'now'])
  })

  it('is closed for good, unless the gateway only restarts', () => {
    const closed = (reason: string) => viewFrom([{ id: 1, event: 'session-closed', data: { reason } }]).closed
    expect([closed('expired'), closed('shutdown')]).toEqual(['expired', null])
  })

  it('takes whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.constantFrom('item/started', 'turn/completed', 'turn/plan/updated', 'error', 'x'),
            fc.dictionary(fc.constantFrom('item', 'turn', 'plan', 'turnId', 'error'), fc.jsonValue())
          )
        ),
        (all) => {
          const view = viewFrom(all.map(([method, params], index) => notification(index + 1, method, params)))
          expect(view.lastId).toBe(all.length)
        }
      )
    )
  })
})
