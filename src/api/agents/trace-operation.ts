import { z } from 'zod'
import type { AgentItem } from '../../agents/item-place.ts'
import { notFound } from '../../agents/resources.ts'
import type { ShownTurn } from '../../agents/shown-turn.ts'
import { traceOf } from '../../agents/trace.ts'
import type { Operation } from '../../http/api.ts'
import { pageOf, pageSchemaOf } from '../../openai/page.ts'
import type { AgentsDependencies } from './dependencies.ts'
import { enterSession } from './enter.ts'
import { pageQuery, wishIn } from './page.ts'

const traceAnswer = z.object({
  id: z.string(),
  object: z.literal('agent.session.trace'),
  created_at: z.int(),
  session_id: z.string(),
  otlp: z.looseObject({})
})

/** Items of a turn that its trace has. */
const maxItems = 1_000

/** The traces of the turns of a session that are over, made when they are read. */
export function traceOperation(dependencies: AgentsDependencies): Operation {
  const { agentRecords } = dependencies
  return {
    method: 'get',
    path: '/agents/sessions/{id}/traces',
    summary: 'A trace of each turn of a session that is over, as OTLP in JSON.',
    query: pageQuery,
    answer: pageSchemaOf(traceAnswer),
    failures: [404],
    handle(ctx) {
      const session = enterSession(ctx, dependencies)
      session.flush()
      const { after, limit, order } = wishIn(ctx)
      const all = agentRecords
        .list(session.id, { kind: 'turn', scope: '', order, limit: maxItems })
        .map(({ seq, body }) => ({ seq, turn: JSON.parse(body) as ShownTurn }))
        .filter(({ turn }) => turn.completed_at !== null)
      const traces = all.map(({ turn }) => () => {
        const wish = { kind: 'item', scope: '', turn: turn.id, order: 'asc', limit: maxItems } as const
        const items = agentRecords.list(session.id, wish).map(({ body }) => JSON.parse(body) as AgentItem)
        return traceOf(turn, items, session.made.config.model)
      })
      const ids = all.map(({ turn }) => traceOf(turn, [], '').id)
      const start = after === undefined ? 0 : ids.indexOf(after) + 1
      if (after !== undefined && start === 0) throw notFound()
      const page = traces.slice(start, start + limit).map((make) => make())
      ctx.body = pageOf(page, traces.length > start + limit)
    }
  }
}
