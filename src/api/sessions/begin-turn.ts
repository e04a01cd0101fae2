import type { ApiContext } from '../../http/api.ts'
import { reported } from '../../http/report.ts'
import type { Session } from '../../sessions/session.ts'
import type { InputPart } from '../../threads/input.ts'
import type { ThreadTurnOrder } from '../../threads/run.ts'
import { within } from '../../turn/deadline.ts'
import { isTurnEnd } from '../../turn/event.ts'
import { failureFrom } from '../../turn/outcome.ts'
import { newReport } from '../../turn/report.ts'
import type { SessionsDependencies } from './dependencies.ts'

/** Milliseconds that an answer waits for its turn to begin. */
const patience = 2_000

/**
 * Begins a turn in a session, which goes on whoever leaves. Resolves when codex has begun it, or when it has waited a while for
 * its slot; throws the error of one that ended before.
 */
export async function beginTurn(
  ctx: ApiContext,
  session: Session,
  order: ThreadTurnOrder & { input: readonly InputPart[] },
  { turns, work }: Pick<SessionsDependencies, 'turns' | 'work'>
): Promise<void> {
  const request = turns.requestOf(order, shownInput(order.input), ctx.state.principal.key?.id)
  const report = newReport(ctx.state.startedAt)
  let failure: Error | undefined
  let begin = () => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const { ended } = await work.begin(
    `${session.record.id}:${ctx.state.id}`,
    async (job) => {
      const stop = new AbortController()
      const events = reported(
        turns.run(order, request, AbortSignal.any([job.signal, stop.signal])),
        ctx,
        request,
        report
      )
      const turn = session.turn
      turn?.waiting.signal.addEventListener('abort', () => stop.abort('client'))
      return async () => {
        for await (const event of events) {
          if (isTurnEnd(event) && turn?.id === undefined) failure = failureFrom(event)
          if (turn?.id !== undefined || isTurnEnd(event)) begin()
        }
      }
    },
    () => report.admitted
  )
  ctx.state.background = ended
  await within(patience, begun)
  if (failure) throw failure
}

function shownInput(input: readonly InputPart[]) {
  return input.flatMap((part) => (part.type === 'text' ? [{ type: 'text', text: part.text } as const] : []))
}
