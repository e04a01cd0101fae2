import type { GatewayContext } from '../../http/state.ts'
import { lifetime } from '../../http/lifetime.ts'
import { reported } from '../../http/report.ts'
import { invalid } from '../../openai/invalid.ts'
import type { ThreadTurnOrder } from '../../threads/run.ts'
import type { TurnView } from '../../threads/turn-view.ts'
import type { TurnWatch } from '../../threads/watch.ts'
import { newReport } from '../../turn/report.ts'
import type { TurnReport } from '../../turn/report.ts'
import type { UserInput } from '../../turn/request.ts'
import { answerEnded, answerStreamed } from './answer.ts'
import type { OnFrame, TurnUnderWay } from './answer.ts'
import { beginInBackground } from './background.ts'
import type { ThreadsDependencies } from '../thread-dependencies.ts'

/** A turn that a request asks for, and how it is to be answered. */
export interface AskedTurn {
  order: ThreadTurnOrder
  /** What the debug log shows of its message. */
  input?: readonly { type: string; text?: string }[] | undefined
  stream?: boolean | undefined
  wait?: boolean | undefined
}

/** Runs a turn and answers with its events, its end, or its beginning. `bodyOf` is what an answer says of it. */
export async function answerTurn(
  ctx: GatewayContext,
  { turns, work, waiting }: Pick<ThreadsDependencies, 'turns' | 'work' | 'waiting'>,
  { order, input = [], stream = false, wait = true }: AskedTurn,
  bodyOf: (turn: TurnView) => object
): Promise<void> {
  if (stream && !wait) throw invalid('A turn that is not waited for cannot be streamed.', 'stream')
  const request = turns.requestOf(order, shownInput(input), ctx.state.principal.key?.id)
  const begin = (signal: AbortSignal, report: TurnReport, onFrame?: OnFrame): TurnUnderWay => {
    let watch: TurnWatch | undefined
    const watched = { ...order, onFrame, onBegin: (begun: TurnWatch) => (watch = begun) }
    const events = reported(turns.run(watched, request, signal), ctx, request, report)
    return { events, view: () => watch?.current, ended: () => watch?.end }
  }
  const report = newReport(ctx.state.startedAt)
  if (stream) return answerStreamed(ctx, (onFrame) => begin(lifetime(ctx), report, onFrame), waiting)
  if (wait) return answerEnded(ctx, () => begin(lifetime(ctx), report), bodyOf, waiting)
  const turn = await beginInBackground(ctx, work, order.thread.id, (signal) => ({ ...begin(signal, report), report }))
  ctx.status = 202
  ctx.body = bodyOf(turn)
}

function shownInput(input: NonNullable<AskedTurn['input']>): UserInput[] {
  return input.flatMap(({ type, text }) => (type === 'text' ? [{ type, text: text ?? '' } as const] : []))
}
