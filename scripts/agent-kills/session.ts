import { setTimeout as sleep } from 'node:timers/promises'
import type { KilledGateway } from './gateway.ts'

type Sessions = KilledGateway['sessions']

/** How the session of a mark ended up. */
export interface Settled {
  mark: string
  /** The status of its turn; `never made`, or `unfinished`. */
  how: string
  /** Whether it waited for the result of its function after the kill. */
  isLate: boolean
  /** What the model said in the end. */
  text: string
}

const parameters = { type: 'object', properties: { n: { type: 'number' } } }

/** Begins the session of a mark, or not: the gateway may be killed meanwhile. `maxRetries`: how often it is tried again, under one key. */
export async function begin(sessions: Sessions, mark: string, maxRetries: number): Promise<void> {
  const agent = {
    model: 'gpt-5.5',
    tools: [{ type: 'function' as const, name: 'add', description: 'Adds.', parameters }]
  }
  const environment = { type: 'openai_hosted' as const }
  const options = { maxRetries, headers: { 'Idempotency-Key': mark } }
  const wanted = { environment, agent, input: `Write ${mark}.`, metadata: { mark } }
  await sessions.create(wanted, options).catch(() => {})
}

const found = async (sessions: Sessions, mark: string) =>
  (await sessions.list({ metadata: { mark }, limit: 1 } as never)).data[0]

/** Gives the result that the session waits for, as soon as it does, as long as the gateway is there. */
export async function answerCall(sessions: Sessions, mark: string, signal: AbortSignal): Promise<void> {
  const until = performance.now() + 5_000
  try {
    while (performance.now() < until && !signal.aborted) {
      const session = await found(sessions, mark)
      if (session?.status === 'requires_action') return await giveResult(sessions, session, mark)
      await sleep(20)
    }
  } catch {
    // the gateway or the codex of the session was killed
  }
}

async function giveResult(
  sessions: Sessions,
  session: NonNullable<Awaited<ReturnType<typeof found>>>,
  mark: string
): Promise<void> {
  for (const action of session.required_actions)
    if (action.type === 'function_call') {
      const { turn_id, call_id } = action
      const type = 'agent.session.input.tool_result' as const
      await sessions.events.create(session.id, {
        events: [{ type, turn_id, call_id, success: true, output: `result-of-${mark}` }]
      })
    }
}

/** Gives what is waited for, until the turn is over. */
export async function settle(sessions: Sessions, mark: string): Promise<Settled> {
  const until = performance.now() + 60_000
  let isLate = false
  while (performance.now() < until) {
    const session = await found(sessions, mark)
    if (session === undefined) return { mark, how: 'never made', isLate, text: '' }
    if (session.status === 'requires_action') {
      isLate = true
      await giveResult(sessions, session, mark).catch(() => {}) // it was given meanwhile
    } else if (session.status !== 'in_progress') return await settledOf(sessions, session.id, { mark, isLate })
    await sleep(50)
  }
  return { mark, how: 'unfinished', isLate, text: '' }
}

async function settledOf(
  sessions: Sessions,
  id: string,
  { mark, isLate }: Pick<Settled, 'mark' | 'isLate'>
): Promise<Settled> {
  const [turn] = (await sessions.turns.list(id)).data
  const items = (await sessions.items.list(id)).data
  return { mark, isLate, how: turn?.status ?? 'no turn', text: JSON.stringify(items) }
}
