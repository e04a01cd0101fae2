import { z } from 'zod'
import type { Connection, ThreadListener } from '../../../codex/app-server/connection.ts'
import { GatewayError } from '../../../turn/error.ts'
import type { Params } from './notification.ts'
import type { Resumed } from '../waiting/open-turn.ts'
import type { WarmThread } from '../warm/warm-threads.ts'

/** The call that begins a turn, beside the id of its thread. */
export interface TurnBegin {
  method: 'turn/start' | 'review/start' | 'thread/compact/start'
  params: object
}

export interface RunningOptions {
  /** Contains what the plan would put into a new thread, unless it is empty. */
  warm?: WarmThread | undefined
  /** A turn of codex that goes on with what its calls returned. */
  resumed?: Resumed | undefined
  /** Other than `turn/start` with what the plan says. */
  begin?: TurnBegin | undefined
  /** Sees every notification of the thread, after the turn has read it. */
  tap?: ((method: string, params: object) => void) | undefined
  /** The model calls a function that is answered while the turn runs. True: it will be. */
  called?: ThreadListener['called'] | undefined
  /** App-server asks something about the thread. True: it will be answered; else it is declined. */
  asked?: ThreadListener['asked'] | undefined
}

const started = z.object({ turn: z.object({ id: z.string() }) })

/** The id of the turn, from the answer to the call that began it; undefined where only `turn/started` names it. */
export function turnIdFrom(answer: unknown, method: TurnBegin['method']): string | undefined {
  if (method === 'thread/compact/start') return undefined
  const reply = started.safeParse(answer)
  if (!reply.success) throw new GatewayError('upstream_error', 'Codex did not start the turn.')
  return reply.data.turn.id
}

/** Whether codex says that it goes on with what a call returned. That it runs the call it may say late, in the step after. */
export function hasTakenResult(method: string, { item }: Params): boolean {
  return method === 'item/completed' && (item as { type?: unknown } | undefined)?.type === 'dynamicToolCall'
}

/** Whether codex has a turn to end: one it refused to start it does not have. */
export async function hasBegun(start: Promise<unknown> | undefined): Promise<boolean> {
  const begun = start?.then(
    () => true,
    (error: unknown) => error instanceof GatewayError && error.code === 'engine_stopped'
  )
  return (await begun) ?? false
}

/** Interrupts a turn. False when codex refused, for it is over already. A shell command survives the interrupt, so it is ended separately. */
export async function interrupt(connection: Connection, threadId: string, turnId = ''): Promise<boolean> {
  connection.usage.interrupt(threadId)
  const interrupted = await connection.request('turn/interrupt', { threadId, turnId }).then(
    () => true,
    () => false
  )
  await connection.request('thread/backgroundTerminals/clean', { threadId }).catch(() => {})
  return interrupted
}
