import type { AgentSession } from '../../agents/agent-session.ts'
import type { AgentItem } from '../../agents/item-place.ts'
import { notFound } from '../../agents/resources.ts'
import type { ShownTurn } from '../../agents/shown-turn.ts'
import type { ApiContext, Operation } from '../../http/api.ts'
import { pageSchemaOf } from '../../openai/page.ts'
import { itemAnswer, turnAnswer } from './answers.ts'
import type { AgentsDependencies } from './dependencies.ts'
import { enterSession } from './enter.ts'
import { pageQuery, strictWishIn, wishIn } from './page.ts'
import { pageIn } from './records-page.ts'

const session = '/agents/sessions/{id}'

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
