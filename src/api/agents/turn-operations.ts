import type { AgentSession } from '../../agents/agent-session.ts'
import type { AgentItem } from '../../agents/codex-items.ts'
import { notFound } from '../../agents/resources.ts'
import type { PageWish } from '../../agents/resources.ts'
import type { ShownTurn } from '../../agents/shown-turn.ts'
import type { ApiContext, Operation } from '../../http/api.ts'
import { invalid } from '../../openai/invalid.ts'
import { pageOf, pageSchemaOf } from '../../openai/page.ts'
import type { Page } from '../../openai/page.ts'
import { itemAnswer, turnAnswer } from './answers.ts'
import type { AgentsDependencies } from './dependencies.ts'
import { enterSession } from './enter.ts'
import { pageQuery, strictWishIn, wishIn } from './page.ts'

const session = '/agents/sessions/{id}'

/** Which of what a session has is listed. `scope` is the id of a subagent, '' for the session's own. */
interface Listed {
  kind: 'turn' | 'item'
  scope: string
  turn?: string | undefined
}

/** What happened in a session: its turns, and the items of all and of each. */
export function turnOperations(dependencies: AgentsDependencies): Operation[] {
  const { agentRecords } = dependencies
  const found = (entered: AgentSession, id = ''): ShownTurn => {
    entered.flush()
    const turn = agentRecords.find(entered.id, 'turn', id)
    if (turn === undefined || turn.scope !== '') throw notFound()
    return JSON.parse(turn.body) as ShownTurn
  }
  return [
    {
      method: 'get',
      path: `${session}/turns`,
      summary: 'The turns of a session.',
      query: pageQuery,
      answer: pageSchemaOf(turnAnswer),
      failures: [404],
      handle(ctx) {
        const entered = enterSession(ctx, dependencies)
        ctx.body = pageIn<ShownTurn>(entered, { kind: 'turn', scope: '' }, strictWishIn(ctx), dependencies)
      }
    },
    {
      method: 'get',
      path: `${session}/turns/{turnId}`,
      summary: 'A turn of a session.',
      answer: turnAnswer,
      failures: [404],
      handle(ctx) {
        ctx.body = found(enterSession(ctx, dependencies), ctx.params['turnId'])
      }
    },
    {
      method: 'get',
      path: `${session}/turns/{turnId}/items`,
      summary: 'The items of a turn.',
      query: pageQuery,
      answer: pageSchemaOf(itemAnswer),
      failures: [404],
      handle(ctx) {
        const entered = enterSession(ctx, dependencies)
        const { id: turn } = found(entered, ctx.params['turnId'])
        ctx.body = pageIn<AgentItem>(entered, { kind: 'item', scope: '', turn }, wishIn(ctx), dependencies)
      }
    },
    {
      method: 'get',
      path: `${session}/items`,
      summary: 'The items of a session.',
      query: pageQuery,
      answer: pageSchemaOf(itemAnswer),
      failures: [404],
      handle(ctx: ApiContext) {
        const entered = enterSession(ctx, dependencies)
        ctx.body = pageIn<AgentItem>(entered, { kind: 'item', scope: '' }, wishIn(ctx), dependencies)
      }
    }
  ]
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
