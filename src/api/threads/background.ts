import type { GatewayContext } from '../../http/state.ts'
import { lifetime } from '../../http/lifetime.ts'
import type { TurnView } from '../../threads/turn-view.ts'
import { isTurnEnd } from '../../turn/event.ts'
import type { TurnEvent } from '../../turn/event.ts'
import { failureFrom } from '../../turn/outcome.ts'
import type { TurnReport } from '../../turn/report.ts'
import { GatewayError } from '../../turn/error.ts'
import type { Work } from '../../work/work.ts'
import type { TurnUnderWay } from './answer.ts'

/** Runs a turn that goes on when its request has been answered. Resolves when codex has begun it; a client that leaves before ends it. */
export async function beginInBackground(
  ctx: GatewayContext,
  work: Work,
  id: string,
  begin: (signal: AbortSignal) => TurnUnderWay & { report: TurnReport }
): Promise<TurnView> {
  const leaving = new AbortController()
  const client = lifetime(ctx)
  const leave = () => leaving.abort(client.reason)
  client.addEventListener('abort', leave, { once: true })
  let begun: TurnView | undefined
  let report: TurnReport | undefined
  const { ended } = await work.begin(
    id,
    async (job) => {
      const turn = begin(AbortSignal.any([job.signal, leaving.signal]))
      report = turn.report
      const events = turn.events[Symbol.asyncIterator]()
      begun = await untilBegun(events, turn)
      client.removeEventListener('abort', leave)
      return async () => {
        while (!(await events.next()).done);
      }
    },
    () => report?.admitted ?? false
  )
  ctx.state.background = ended
  if (begun === undefined) throw new Error('a turn began without a view of it')
  return begun
}

/** Throws the error of a turn that ends before it has begun. */
async function untilBegun(events: AsyncIterator<TurnEvent>, { view }: TurnUnderWay): Promise<TurnView> {
  for (let next = await events.next(); !next.done; next = await events.next()) {
    const begun = view()
    if (begun) return begun
    const failure = isTurnEnd(next.value) ? failureFrom(next.value) : undefined
    if (failure) {
      await events.return?.()
      throw failure
    }
  }
  throw new GatewayError('upstream_error', 'Codex did not begin the turn.')
}
