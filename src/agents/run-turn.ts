import type { ThreadTurnOrder } from '../threads/run.ts'
import type { ThreadTurns } from '../threads/thread-turns.ts'
import { within } from '../turn/deadline.ts'
import type { GatewayError } from '../turn/error.ts'
import { isTurnEnd } from '../turn/event.ts'
import type { TurnEvent } from '../turn/event.ts'
import { failureFrom } from '../turn/outcome.ts'
import { newReport, observed } from '../turn/report.ts'
import type { Work } from '../work/work.ts'
import type { AgentSession } from './agent-session.ts'
import type { Sender } from './sender.ts'
import type { AgentTurn } from './turn.ts'

export interface RunOptions {
  turns: ThreadTurns
  work: Work
  sender: Pick<Sender, 'key' | 'report'>
  /** Called when the turn has a slot or waits for one, which `refused` says where there is no room to wait. What it throws ends the turn. */
  open?: (refused: GatewayError | undefined) => void
}

/** Milliseconds for codex to begin a turn before what waits for that goes on all the same. */
const patience = 2_000

/** Resolves when codex has begun a turn, or for some time has not; at once where the turn had to wait for its slot. */
export async function underWay({ isQueued, begun }: AgentTurn): Promise<void> {
  if (!isQueued) await within(patience, begun)
}

/** Runs a turn, which goes on when its clients leave. Resolves when it has a slot or waits for one: codex has not begun it then. */
export async function runAgentTurn(
  session: AgentSession,
  turn: AgentTurn,
  order: ThreadTurnOrder,
  { turns, work, sender, open }: RunOptions
): Promise<void> {
  const request = turns.requestOf(order, [], sender.key)
  const report = newReport()
  const { report: reported = observedBy } = sender
  const beginning = work.begin(
    turn.id,
    async (job) => {
      const signal = AbortSignal.any([job.signal, turn.waiting.signal])
      const events = reported(turns.run(order, request, signal), request, report)[Symbol.asyncIterator]()
      const first = await events.next()
      turn.isQueued = !first.done && first.value.type === 'turn.queued'
      await opened(events, () => open?.(refusalIn(first)))
      return async () => {
        for (let next = first; !next.done; next = await events.next());
      }
    },
    () => report.admitted
  )
  await beginning.catch((error: unknown) => {
    session.drop(turn)
    throw error
  })
}

async function opened(events: AsyncIterator<TurnEvent>, open: () => void): Promise<void> {
  try {
    open()
  } catch (error) {
    await events.return?.()
    throw error
  }
}

/** Why a turn got no place in the queue. */
function refusalIn({ done, value }: IteratorResult<TurnEvent, unknown>): GatewayError | undefined {
  const failure = done || !isTurnEnd(value) ? undefined : failureFrom(value)
  return failure && ['rate_limited', 'overloaded'].includes(failure.code) ? failure : undefined
}

const observedBy: NonNullable<Sender['report']> = (events, _, report) => observed(events, report)
