import { describe, expect, it } from 'vitest'
import { AgentSession } from '../../src/agents/agent-session.ts'
import { goOn } from '../../src/agents/go-on.ts'
import type { GoOnParts } from '../../src/agents/go-on.ts'
import { sessionMade } from '../../src/agents/made.ts'
import { newTurn } from '../../src/agents/shown-turn.ts'
import type { ShownTurn } from '../../src/agents/shown-turn.ts'
import { newStatus } from '../../src/agents/status.ts'
import type { AgentTurn } from '../../src/agents/turn.ts'
import type { AgentItem } from '../../src/agents/item-place.ts'
import { agentConfig } from '../../src/agents/agent.ts'
import { RecordStore } from '../../src/sessions/record-store.ts'
import { sessionsSchema } from '../../src/sessions/schema.ts'
import type { Session } from '../../src/sessions/session.ts'
import { Tables } from '../../src/store/tables.ts'
import { GatewayError } from '../../src/turn/error.ts'
import { startJournals } from '../sessions/start-journals.ts'

const noCodex = new GatewayError('overloaded', 'Codex keeps stopping. Please try again later.')
const { code, message } = noCodex
/** Nothing can run. */
const isRefused = (turn: AgentTurn) => turn.ended({ type: 'turn.failed', error: { code, message } })

/** A session whose turn has lost its codex, and has all that it waited for. The time is that of what it waits for in between. */
function parked(run: (turn: AgentTurn, session: AgentSession, now: number) => void) {
  const journals = startJournals()
  const id = journals.add()
  const made = sessionMade.parse({
    agentId: 'agent_1',
    name: null,
    config: agentConfig.parse({ model: 'gpt-5.5' }),
    environment: { type: 'none' }
  })
  const turn = newTurn({ id, agentId: 'agent_1' })
  const open = { id: turn.id, codexId: null, index: 0, onlyWaits: true }
  const status = JSON.stringify({ ...newStatus(), status: 'in_progress', open })
  const journal = journals.open(id)
  journal.note({ records: [{ kind: 'turn', id: turn.id, scope: '', turn: turn.id, body: JSON.stringify(turn) }] })
  const record = { ...journals.sessionStore.find(id)!, agent: JSON.stringify(made), labels: '{}', status }
  const records = new RecordStore(new Tables(journals.store, sessionsSchema))
  const session = new AgentSession({ record, journal } as Session, records)
  const clock = { now: 0 }
  const none: AgentItem[] = []
  const parts: GoOnParts = {
    orderOf: async () => ({}) as Awaited<ReturnType<GoOnParts['orderOf']>>,
    run: async (_, one) => run(one, session, clock.now),
    itemsOf: () => none,
    isStopping: () => false,
    wait: async (milliseconds) => void (clock.now += milliseconds)
  }
  const shown = () => JSON.parse(session.find('turn', turn.id) ?? '') as ShownTurn
  return { parts, session, clock, shown, [Symbol.dispose]: () => journals[Symbol.dispose]() }
}

describe('a turn that goes on', () => {
  it('does so soon after codex may be started again', async () => {
    using rig = parked((turn, _, now) => (now < 35_000 ? isRefused(turn) : turn.ended({ type: 'turn.completed' })))
    await goOn(rig.parts, rig.session)
    await expect.poll(() => rig.shown().status).toBe('completed')
    expect(rig.clock.now).toBeLessThanOrEqual(40_000)
  })

  it('fails where that is not so for two minutes', async () => {
    using rig = parked(isRefused)
    await goOn(rig.parts, rig.session)
    await expect.poll(() => rig.shown().status).toBe('failed')
    expect(rig.clock.now).toBeGreaterThan(120_000)
    expect(rig.clock.now).toBeLessThan(130_000)
    expect(rig.session.status).toMatchObject({ status: 'idle', open: null })
  })

  it('does so later where its thread was busy', async () => {
    using rig = parked((turn, session, now) => {
      if (now > 5_000) return turn.ended({ type: 'turn.completed' })
      session.drop(turn)
      throw new GatewayError('thread_busy', 'Another turn is running on this thread.')
    })
    await goOn(rig.parts, rig.session)
    await expect.poll(() => rig.shown().status).toBe('completed')
    expect(rig.clock.now).toBeLessThanOrEqual(10_000)
  })

  it('fails with the reason where it can never begin', async () => {
    using rig = parked((turn, session) => {
      session.drop(turn)
      throw new GatewayError('invalid_request', 'Raise the limit.', { reason: 'session_budget_exceeded' })
    })
    await goOn(rig.parts, rig.session)
    expect(rig.shown()).toMatchObject({ status: 'failed', error: { code: 'session_budget_exceeded' } })
    expect(rig.session.status).toMatchObject({ status: 'idle', open: null })
    expect(rig.clock.now).toBe(0)
  })
})
