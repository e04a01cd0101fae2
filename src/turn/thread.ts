import type { TurnRequest } from './request.ts'

/** Whether the thread of a turn is stored, so that a later turn can resume or fork it. */
export function isPersistent({ thread }: Pick<TurnRequest, 'thread'>): boolean {
  return thread !== undefined && (thread.kind !== 'new' || thread.persistent)
}

/** The same turn without what its thread contains already: what there is to send. */
export function unsentPart(request: TurnRequest): TurnRequest {
  const { thread, history } = request
  if (thread === undefined || thread.kind === 'new') return request
  return { ...request, instructions: undefined, history: history?.slice(thread.heldItems ?? 0) }
}

/** The same turn in a new thread, which is sent everything; undefined where it is not known what the old one contained. */
export function inNewThread(request: TurnRequest): TurnRequest | undefined {
  const { thread } = request
  if (thread === undefined || thread.kind === 'new' || thread.heldItems === undefined) return undefined
  return { ...request, thread: { kind: 'new', persistent: true } }
}
