import { z } from 'zod'
import type { AgentItem } from '../../agents/item-place.ts'
import { notFound } from '../../agents/resources.ts'
import type { PageWish } from '../../agents/resources.ts'
import type { ShownTurn } from '../../agents/shown-turn.ts'
import { traceOf, turnOfTrace } from '../../agents/trace.ts'
import type { Operation } from '../../http/api.ts'
import { pageOf, pageSchemaOf } from '../../openai/page.ts'
import type { JournalRecord, RecordStore } from '../../sessions/record-store.ts'
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
      const wish = wishIn(ctx)
      const turns = turnsThatAreOver(session.id, wish, agentRecords)
      const page = turns.slice(0, wish.limit).map((turn) => {
        const ofTurn = { kind: 'item', scope: '', turn: turn.id, order: 'asc', limit: maxItems } as const
        const items = agentRecords.list(session.id, ofTurn).map(({ body }) => JSON.parse(body) as AgentItem)
        return traceOf(turn, items, session.made.config.model)
      })
      ctx.body = pageOf(page, turns.length > wish.limit)
    }
  }
}

/** One turn more than a page has, if there is one. Throws where no turn that is over has the trace `after`. */
function turnsThatAreOver(
  session: string,
  { after, order, limit }: PageWish,
  records: Pick<RecordStore, 'find' | 'list'>
) {
  const last = after === undefined ? undefined : records.find(session, 'turn', turnOfTrace(after) ?? '')
  if (after !== undefined && (last?.scope !== '' || !isOver(turnIn(last)))) throw notFound()
  const found: ShownTurn[] = []
  let from = last?.seq
  for (;;) {
    const rows = records.list(session, { kind: 'turn', scope: '', order, limit: limit + 2, from })
    found.push(...rows.map(turnIn).filter(isOver))
    if (found.length > limit || rows.length < limit + 2) return found
    from = rows.at(-1)?.seq
  }
}

const turnIn = ({ body }: Pick<JournalRecord, 'body'>) => JSON.parse(body) as ShownTurn
const isOver = ({ completed_at }: ShownTurn) => completed_at !== null
