import { setTimeout as sleep } from 'node:timers/promises'
import { badOrders } from '../../test/api/agents/event-order.ts'
import { isIdle, readEvents } from '../../test/api/agents/event-reader.ts'
import { token } from './gateway.ts'
import type { KilledGateway } from './gateway.ts'
import { kindOf } from './model.ts'

type Sessions = KilledGateway['sessions']
type Session = Awaited<ReturnType<Sessions['retrieve']>>
type Action = Session['required_actions'][number]

/** How the session of a mark ended up. */
export interface Settled {
  mark: string
  /** The status of its turn; `never made`, or `unfinished`. */
  how: string
  /** Whether it waited for the result of a function after the kill. */
  isLate: boolean
  /** What the model said in the end. */
  text: string
  /** What is wrong with its turns, items and events. */
  wrong: string[]
}

const parameters = { type: 'object', properties: { n: { type: 'number' } } }
const tool = (name: string) => ({ type: 'function' as const, name, description: 'Reckons.', parameters })

/** Begins the session of a mark, or not: the gateway may be killed meanwhile. `maxRetries`: how often it is tried again, under one key. */
export async function begin({ sessions, servers }: KilledGateway, mark: string, maxRetries: number): Promise<void> {
  const tools = kindOf(mark) === 'approval' ? servers : [tool('add'), tool('sub')]
  const environment = { type: 'openai_hosted' as const }
  const options = { maxRetries, headers: { 'Idempotency-Key': mark } }
  const wanted = { environment, agent: { model: 'gpt-5.5', tools }, input: `Write ${mark}.`, metadata: { mark } }
  await sessions.create(wanted, options).catch(() => {})
}

const found = async (sessions: Sessions, mark: string) =>
  (await sessions.list({ metadata: { mark }, limit: 1 } as never)).data[0]

/** Gives what the session waits for, as soon as it does, as long as the gateway is there; of two results only one. */
export async function answerCall(sessions: Sessions, mark: string, signal: AbortSignal): Promise<void> {
  const until = performance.now() + 5_000
  try {
    while (performance.now() < until && !signal.aborted) {
      const session = await found(sessions, mark)
      if (session?.status === 'requires_action') {
        const actions = session.required_actions
        if (kindOf(mark) === 'both' && actions.length < 2) return
        return await give(sessions, session.id, mark, actions.slice(0, 1))
      }
      await sleep(20)
    }
  } catch {
    // the gateway or the codex of the session was killed
  }
}

/** Gives it by two clients at once, who know of no other: it is taken once. */
async function give(sessions: Sessions, id: string, mark: string, actions: readonly Action[]): Promise<void> {
  const events = actions.map((action) => answerTo(action, mark))
  await Promise.all([sessions.events.create(id, { events }), sessions.events.create(id, { events })])
}

function answerTo(action: Action, mark: string) {
  switch (action.type) {
    case 'function_call': {
      const type = 'agent.session.input.tool_result' as const
      const { turn_id, call_id } = action
      return { type, turn_id, call_id, success: true, output: `result-of-${mark}` }
    }
    case 'mcp_approval_request': {
      const type = 'agent.session.input.mcp_approval_request_result' as const
      const response = { type: 'mcp_tool_call' as const, decision: 'approve' as const }
      return { type, request_id: action.request_id, response }
    }
    default:
      throw new Error(`Nobody asks for ${action.type}.`)
  }
}

/** Milliseconds for a turn to be over: longer than a gateway tries to go on with one. */
const patience = 180_000

/** Gives what is waited for, until the turn is over. */
export async function settle(gateway: KilledGateway, mark: string): Promise<Settled> {
  const { sessions } = gateway
  const until = performance.now() + patience
  let isLate = false
  while (performance.now() < until) {
    const session = await found(sessions, mark)
    if (session === undefined) return { mark, how: 'never made', isLate, text: '', wrong: [] }
    if (session.status === 'requires_action') {
      isLate = kindOf(mark) !== 'approval'
      await give(sessions, session.id, mark, session.required_actions).catch(() => {}) // it was given meanwhile
    } else if (session.status !== 'in_progress') return settledOf(gateway, session.id, { mark, isLate })
    await sleep(50)
  }
  const text = JSON.stringify(await found(sessions, mark))
  process.stderr.write(`${mark} is not over: ${text}\n`)
  return { mark, how: 'unfinished', isLate, text, wrong: [] }
}

async function settledOf(
  { sessions, url }: KilledGateway,
  id: string,
  { mark, isLate }: Pick<Settled, 'mark' | 'isLate'>
): Promise<Settled> {
  const { data: made } = await sessions.list({ metadata: { mark } } as never)
  const turns = (await sessions.turns.list(id)).data
  const items = (await sessions.items.list(id)).data
  const events = await readEvents([`${url}/v1`, id, '0', token], isIdle)
  const ids = events.map(({ data }) => data.event_id)
  const outputs = items.flatMap((item) => (item.type === 'function_call_output' ? [item.call_id] : []))
  const wrong = badOrders(events.map(({ data }) => data))
  if (new Set(ids).size < ids.length) wrong.push('an event twice')
  if (new Set(outputs).size < outputs.length) wrong.push('an output twice')
  if (made.length !== 1) wrong.push(`${made.length} sessions`)
  if (turns.length !== 1) wrong.push(`${turns.length} turns`)
  if (JSON.stringify(items).includes('"in_progress"')) wrong.push('an item that is open')
  return { mark, isLate, how: turns[0]?.status ?? 'no turn', text: JSON.stringify(items), wrong }
}
