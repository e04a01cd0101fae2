import { z } from 'zod'
import type { Api, ApiContext, Operation } from '../../http/api.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { listTurns } from '../../ledger/listed-turns.ts'
import { usedInPeriod } from '../../ledger/usage.ts'
import type { Subject } from '../../ledger/usage.ts'
import { parsed } from '../../openai/invalid.ts'
import { pageOf, pageSchemaOf } from '../../openai/page.ts'
import { limitView, limitViewOf } from './limit-view.ts'
import { reportOperation } from './report.ts'
import { windowView, windowViews } from './window-view.ts'
import { periodView, periodViewOf, usedTurnView, usedTurnViewOf } from './view.ts'

export interface UsageDependencies {
  ledger: Ledger
}

const periods = ['day', 'week', 'month'] as const
const ownUsage = z.object({
  object: z.literal('usage'),
  principal: z.string(),
  periods: z.object({ day: periodView, week: periodView, month: periodView }),
  limits: z.array(limitView),
  account: z.object({ windows: z.array(windowView) }),
  key: z.object({ id: z.string(), name: z.string(), expires_at: z.int().nullable() }).nullable()
})

/** What callers have used, as far as it is their own; all of it for those who may see it. */
export function usageApi(dependencies: UsageDependencies): Api {
  return { operations: [ownOperation(dependencies), turnsOperation(dependencies), reportOperation(dependencies)] }
}

function ownOperation({ ledger }: UsageDependencies): Operation {
  return {
    method: 'get',
    path: '/usage',
    summary: 'What you have used today, this week and this month, and what is left of your limits.',
    query: ownQuery,
    answer: ownUsage,
    handle(ctx) {
      const subject = subjectFrom(ctx, parsed(ownQuery, ctx.query).of)
      ledger.flush()
      const { now } = ledger.clock
      const used = ledger.store.use((connection) =>
        periods.map((name) => {
          const period = ledger.calendar.periodOf(name, now)
          return [name, periodViewOf(period, usedInPeriod(connection, subject, { name, ...period }))] as const
        })
      )
      const { id, name, key } = ctx.state.principal
      const caller = { principal: id, key: key?.id ?? '', workspace: ctx.state.workspace.id }
      ctx.body = {
        object: 'usage',
        principal: name,
        key: key ? { id: key.id, name: key.name, expires_at: key.expiresAt ?? null } : null,
        periods: Object.fromEntries(used),
        limits: ledger.limitsOf(caller).map(limitViewOf),
        account: { windows: windowViews(ledger, id) }
      }
    }
  }
}

const turnsQuery = z.object({
  limit: z.coerce.number().int().min(1, 'it must be at least 1').max(100, 'it must be at most 100').default(20),
  after: z
    .string()
    .regex(/^turn_\d{1,15}$/, 'it is the id of no turn in this list')
    .optional()
})

function turnsOperation({ ledger }: UsageDependencies): Operation {
  return {
    method: 'get',
    path: '/usage/turns',
    summary: 'Your turns with what they have used, the newest first.',
    query: turnsQuery,
    answer: pageSchemaOf(usedTurnView),
    handle(ctx) {
      const { limit, after } = parsed(turnsQuery, ctx.query)
      const before = after === undefined ? undefined : Number(after.slice('turn_'.length))
      const turns = listTurns(ledger, ownSubject(ctx), { limit: limit + 1, before })
      ctx.body = pageOf(turns.slice(0, limit).map(usedTurnViewOf), turns.length > limit)
    }
  }
}

const ownQuery = z.object({
  of: z
    .enum(['principal', 'key'])
    .default('principal')
    .meta({ description: '`key`: with this key alone, and not with all of yours.' })
})

function subjectFrom(ctx: ApiContext, of: 'principal' | 'key'): Subject {
  const { key } = ctx.state.principal
  return of === 'key' && key ? { ...ownSubject(ctx), key: key.id } : ownSubject(ctx)
}

const ownSubject = ({ state }: ApiContext): Subject => ({ principal: state.principal.id })
