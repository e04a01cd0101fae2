import { z } from 'zod'
import type { ApiKeys } from '../../access/api-keys.ts'
import type { Operation } from '../../http/api.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Rule } from '../../ledger/limits/rule.ts'
import type { LimitState } from '../../ledger/limits/state.ts'
import { limitText } from '../../turn/limit.ts'
import { checkSeesAll } from '../visible-usage.ts'

const amount = z.number().nonnegative().nullable()

const limit = z.object({
  subject: z.string().meta({ description: '`principal:*`: each by itself; `*`: all together.' }),
  limit: z.string(),
  models: z.array(z.string()).nullable(),
  on_limit: z.enum(['stop', 'finish', 'warn']),
  source: z.enum(['file', 'key']),
  used: amount.meta({ description: 'Null for a limit that holds for each of several by itself.' }),
  remaining: amount,
  resets_at: z.int().nullable()
})

/** All limits, of the limits file and of keys, for operators. They are changed there. */
export function limitsOperation({ keys, ledger }: { keys: ApiKeys; ledger: Ledger }): Operation {
  return {
    method: 'get',
    path: '/api/limits',
    summary: 'All limits, and how far each is used. For those with the scope `usage:read` or `admin`.',
    answer: z.object({ object: z.literal('list'), data: z.array(limit) }),
    failures: [403],
    handle(ctx) {
      checkSeesAll(ctx.state.principal)
      const ofKeys = keys.list().flatMap(({ id, limits, revokedAt }) => (limits && revokedAt === undefined ? [id] : []))
      const rules = [
        ...ledger.rules('').map((rule) => ({ rule, source: 'file' as const })),
        ...ofKeys.flatMap((id) =>
          ledger.rules(id).flatMap((rule) => (rule.subject === `key:${id}` ? [{ rule, source: 'key' as const }] : []))
        )
      ]
      ctx.body = { object: 'list', data: rules.map(({ rule, source }) => ({ ...viewOf(ledger, rule), source })) }
    }
  }
}

function viewOf(ledger: Ledger, rule: Rule): Omit<z.output<typeof limit>, 'source'> {
  const state = stateOf(ledger, rule)
  const shown = (count: number) => (rule.limit.what === 'usd' ? count / 1e9 : count)
  return {
    ...{ subject: rule.subject, limit: limitText(rule.limit), on_limit: rule.on_limit },
    models: rule.models ? [...rule.models] : null,
    used: state ? shown(state.used) : null,
    remaining: state ? shown(Math.max(rule.limit.max - state.used - state.reserved, 0)) : null,
    resets_at: state && Number.isFinite(state.until) ? state.until : null
  }
}

/** Of a rule that is for one subject. */
function stateOf(ledger: Ledger, { subject, limit }: Rule): LimitState | undefined {
  const [kind = '', name = ''] = subject.split(/:(.*)/)
  if (name === '*') return undefined
  const caller = { principal: '', key: '', workspace: '', ...(kind !== '*' && { [kind]: name }) }
  return ledger
    .limitsOf(caller)
    .find(({ rule }) => rule.subject === subject && limitText(rule.limit) === limitText(limit))
}
