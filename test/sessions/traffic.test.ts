import { expect, it } from 'vitest'
import { JournalStore } from '../../src/sessions/journal-store.ts'
import { Session } from '../../src/sessions/session.ts'
import { SessionStore } from '../../src/sessions/session-store.ts'
import { Tables } from '../../src/store/tables.ts'
import { sessionsSchema } from '../../src/sessions/schema.ts'
import { opened, storeFolder } from '../store/opened.ts'

const watchers = 50

/** A session in a store of its own; of the Agents API where `agent` is given. */
async function startSession(agent: string | null = null): Promise<Session> {
  const { store } = opened(await storeFolder())
  const tables = new Tables(store, sessionsSchema)
  const record = { id: 's', owner: 'ana', workspace: 'default', thread: 't', createdAt: 1, usedAt: 1 }
  new SessionStore(tables).add(record, 'w')
  return new Session(
    { ...record, seq: 0, usage: null, agent, labels: null, status: null, worker: 'w' },
    {
      journals: new JournalStore(tables, { session: 1e9, owner: 1e9 }),
      threadOf: () => undefined,
      placeOf: () => ({ models: [], model: null, approvalPolicy: 'never', canAsk: false }),
      idleMs: 1e6,
      patienceMs: 1_000,
      asked: () => {}
    }
  )
}

/** Runs a turn with so many deltas. */
function runTurn(session: Session, deltas: number): void {
  const observer = session.observe()
  const say = (method: string, params: object) =>
    observer.noted({ method, params, json: JSON.stringify({ method, params }) })
  say('turn/started', { turn: { id: 'turn' } })
  say('item/started', { turnId: 'turn', item: { id: 'm', type: 'agentMessage', text: '' } })
  for (let n = 0; n < deltas; n++) say('item/agentMessage/delta', { turnId: 'turn', itemId: 'm', delta: ' word' })
  say('turn/completed', { turn: { id: 'turn', status: 'completed' } })
  observer.ended({ type: 'turn.completed' })
}

const statesOf = (text: string) => text.split('event: state').length - 1

/** Characters that all watchers together are sent of a turn with so many deltas, and how often the state is among them. */
async function trafficOf(deltas: number): Promise<{ length: number; states: number }> {
  const session = await startSession()
  const texts: string[] = []
  const leaving = new AbortController()
  const watching = Array.from({ length: watchers }, () =>
    session.watch((text) => void texts.push(text), leaving.signal)
  )
  await new Promise((resolve) => setImmediate(resolve))
  const before = texts.length
  runTurn(session, deltas)
  leaving.abort()
  await Promise.all(watching)
  const sent = texts.slice(before)
  return {
    length: sent.reduce((sum, { length }) => sum + length, 0),
    states: statesOf(sent.join('')) / watchers
  }
}

it('what a turn costs its watchers grows with its length, and not with the square of it', async () => {
  const [none, some, twice] = [await trafficOf(0), await trafficOf(1_000), await trafficOf(2_000)]
  const each = (some.length - none.length) / 1_000 / watchers
  expect(each).toBeLessThan(200)
  expect((twice.length - some.length) / 1_000 / watchers / each).toBeCloseTo(1, 1)
  expect([none.states, some.states, twice.states]).toEqual([3, 3, 3])
})

it('the state of a session of the Agents API is written only while somebody watches it, who is sent it first', async () => {
  const session = await startSession('{}')
  runTurn(session, 1)
  const stored = session.journal.read(0)
  expect(stored && 'text' in stored && statesOf(stored.text)).toBe(0)
  let text = ''
  const leaving = new AbortController()
  const watching = session.watch((more) => void (text += more), leaving.signal, 0)
  await new Promise((resolve) => setImmediate(resolve))
  expect(text).toMatch(/^id: 0\nevent: session\n.*\n\nid: 0\nevent: state\ndata: \{.*"lastTurnStatus":"completed"/)
  runTurn(session, 1)
  leaving.abort()
  await watching
  expect(statesOf(text)).toBe(1 + 3)
})
