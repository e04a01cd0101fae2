import type { AgentSession } from '../../agents/agent-session.ts'
import type { AgentItem } from '../../agents/item-place.ts'
import { notFound } from '../../agents/resources.ts'
import type { ShownTurn } from '../../agents/shown-turn.ts'
import type { Subagent } from '../../agents/subagents.ts'
import type { ApiContext, Operation } from '../../http/api.ts'
import { pageSchemaOf } from '../../openai/page.ts'
import { itemAnswer, subagentAnswer, turnAnswer } from './answers.ts'
import type { AgentsDependencies } from './dependencies.ts'
import { enterSession } from './enter.ts'
import { pageQuery, strictWishIn, wishIn } from './page.ts'
import { pageIn } from './records-page.ts'

const subagents = '/agents/sessions/{id}/subagents'
const subagent = `${subagents}/{subagentId}`

/** Those who worked for the agent of a session, and what they did. */
export function subagentOperations(dependencies: AgentsDependencies): Operation[] {
  const { agentRecords } = dependencies
  const stored = <T>(session: AgentSession, kind: string, id = '', scope = ''): T => {
    session.flush()
    const found = agentRecords.find(session.id, kind, id)
    if (found?.scope !== scope) throw notFound()
    return JSON.parse(found.body) as T
  }
  const entered = (ctx: ApiContext) => {
    const session = enterSession(ctx, dependencies)
    return { session, shown: stored<Subagent>(session, 'subagent', ctx.params['subagentId']) }
  }
  const turnIn = (ctx: ApiContext) => {
    const { session, shown } = entered(ctx)
    return { session, scope: shown.id, turn: stored<ShownTurn>(session, 'turn', ctx.params['turnId'], shown.id) }
  }
  const shared = { method: 'get', failures: [404] } as const
  return [
    {
      ...shared,
      path: subagents,
      summary: 'The subagents of a session, also those that are closed.',
      query: pageQuery,
      answer: pageSchemaOf(subagentAnswer),
      handle(ctx) {
        const session = enterSession(ctx, dependencies)
        ctx.body = pageIn<Subagent>(session, { kind: 'subagent', scope: '' }, strictWishIn(ctx), dependencies)
      }
    },
    {
      ...shared,
      path: subagent,
      summary: 'A subagent of a session.',
      answer: subagentAnswer,
      handle(ctx) {
        ctx.body = entered(ctx).shown
      }
    },
    {
      ...shared,
      path: `${subagent}/items`,
      summary: 'The items of a subagent.',
      query: pageQuery,
      answer: pageSchemaOf(itemAnswer),
      handle(ctx) {
        const { session, shown } = entered(ctx)
        ctx.body = pageIn<AgentItem>(session, { kind: 'item', scope: shown.id }, wishIn(ctx), dependencies)
      }
    },
    {
      ...shared,
      path: `${subagent}/turns`,
      summary: 'The turns of a subagent.',
      query: pageQuery,
      answer: pageSchemaOf(turnAnswer),
      handle(ctx) {
        const { session, shown } = entered(ctx)
        ctx.body = pageIn<ShownTurn>(session, { kind: 'turn', scope: shown.id }, strictWishIn(ctx), dependencies)
      }
    },
    {
      ...shared,
      path: `${subagent}/turns/{turnId}`,
      summary: 'A turn of a subagent.',
      answer: turnAnswer,
      handle(ctx) {
        ctx.body = turnIn(ctx).turn
      }
    },
    {
      ...shared,
      path: `${subagent}/turns/{turnId}/items`,
      summary: 'The items of a turn of a subagent.',
      query: pageQuery,
      answer: pageSchemaOf(itemAnswer),
      handle(ctx) {
        const { session, scope, turn } = turnIn(ctx)
        ctx.body = pageIn<AgentItem>(session, { kind: 'item', scope, turn: turn.id }, wishIn(ctx), dependencies)
      }
    }
  ]
}
