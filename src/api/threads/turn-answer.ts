import { lifetime } from '../../http/lifetime.ts'
import type { GatewayContext } from '../../http/state.ts'
import { threadItems } from '../../threads/history.ts'
import { turnViewOf } from '../../threads/turn-view.ts'
import type { TurnView } from '../../threads/turn-view.ts'
import type { ThreadsDependencies } from '../thread-dependencies.ts'
import { scopeOf } from '../../http/scope.ts'

/** Items that are shown of a turn; the last ones. */
const shownItems = 100

/** A turn as it is now: what a gateway has of one that it runs, what codex has stored of any other. */
export async function turnOf(
  ctx: GatewayContext,
  { turns, calls }: Pick<ThreadsDependencies, 'turns' | 'calls'>,
  id: string
): Promise<TurnView> {
  const scope = scopeOf(ctx)
  const turn = turns.find(scope, id)
  const current = turns.current(turn)
  if (current) return current
  const { data, nextCursor } = await calls.on(scope, lifetime(ctx), ({ connection }) =>
    threadItems(connection, turn.thread, { turnId: id, limit: shownItems, sortDirection: 'desc' })
  )
  const items = data.reverse().map(({ item }) => item)
  return turnViewOf({ ...turn, status: turns.statusOf(turn) }, items, nextCursor === null)
}
