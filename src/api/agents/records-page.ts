import type { AgentSession } from '../../agents/agent-session.ts'
import { notFound } from '../../agents/resources.ts'
import type { PageWish } from '../../agents/resources.ts'
import { invalid } from '../../openai/invalid.ts'
import { pageOf } from '../../openai/page.ts'
import type { Page } from '../../openai/page.ts'
import type { AgentsDependencies } from './dependencies.ts'

/** Which of what a session has is listed. `scope` is the id of a subagent, '' for the session's own. */
interface Listed {
  kind: 'turn' | 'item' | 'subagent'
  scope: string
  turn?: string | undefined
}

/** A page of what a session has. Throws where nothing of the list has the id `after`. */
export function pageIn<T extends { id: string }>(
  session: AgentSession,
  listed: Listed,
  { after, limit, order }: PageWish,
  { agentRecords }: Pick<AgentsDependencies, 'agentRecords'>
): Page<T> {
  session.flush()
  const { kind, scope, turn } = listed
  const from = after === undefined ? undefined : agentRecords.find(session.id, kind, after)
  const isListed = from?.scope === scope && (turn === undefined || from.turn === turn)
  if (after !== undefined && !isListed)
    throw kind === 'item' ? invalid('Invalid session item ID in `after`', 'after') : notFound()
  const rows = agentRecords.list(session.id, { ...listed, order, limit: limit + 1, from: from?.seq })
  return pageOf(
    rows.slice(0, limit).map(({ body }) => JSON.parse(body) as T),
    rows.length > limit
  )
}
