import { z } from 'zod'
import type { Api, Operation } from '../../http/api.ts'
import { usageBuckets } from '../../ledger/buckets.ts'
import type { BucketField, BucketRow } from '../../ledger/buckets.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { checkSeesAll } from '../visible-usage.ts'
import { usageQuery, pageWishFrom } from './query.ts'
import type { PageWish } from './query.ts'

/** OpenAI's names of what sums can be grouped by, and ours. */
const fields: Readonly<Record<string, BucketField>> = {
  project_id: 'workspace',
  user_id: 'principal',
  api_key_id: 'key',
  model: 'model',
  service_tier: 'tier'
}
/** Kinds of usage that a gateway to Codex never has. */
const otherKinds = [
  'embeddings',
  'moderations',
  'images',
  'audio_speeches',
  'audio_transcriptions',
  'vector_stores',
  'code_interpreter_sessions'
]

const text = z.string().nullable()
const completionsResult = z.object({
  object: z.literal('organization.usage.completions.result'),
  input_tokens: z.int(),
  input_cached_tokens: z.int(),
  input_uncached_tokens: z.int(),
  input_cache_write_tokens: z.int(),
  input_audio_tokens: z.int(),
  output_tokens: z.int(),
  output_audio_tokens: z.int(),
  num_model_requests: z.int(),
  project_id: text,
  user_id: text,
  api_key_id: text,
  model: text,
  batch: z.boolean().nullable(),
  service_tier: text
})
const costsResult = z.object({
  object: z.literal('organization.costs.result'),
  amount: z.object({ value: z.number(), currency: z.literal('usd') }),
  line_item: text,
  project_id: text,
  api_key_id: text,
  quantity: z.number().nullable()
})

const pageOf = (result: z.ZodType) =>
  z.object({
    object: z.literal('page'),
    data: z.array(
      z.object({ object: z.literal('bucket'), start_time: z.int(), end_time: z.int(), results: z.array(result) })
    ),
    has_more: z.boolean(),
    next_page: text
  })

/** Usage and costs of everybody, as OpenAI's administration API tells them. A workspace is a project, a principal a user. */
export function organizationApi({ ledger }: { ledger: Ledger }): Api {
  const listing = (
    path: string,
    answer: z.ZodType,
    groups: Readonly<Record<string, BucketField>>,
    resultFrom?: (row: BucketRow, wish: PageWish) => object
  ): Operation => ({
    method: 'get',
    path: `/organization/${path}`,
    summary: `What everybody used, in OpenAI’s shape: ${path}. For keys with the scope \`usage:read\` or \`admin\`.`,
    query: usageQuery,
    answer: pageOf(answer),
    failures: [403],
    handle(ctx) {
      checkSeesAll(ctx.state.principal)
      const wish = pageWishFrom(ctx.query, [...Object.keys(groups), 'batch'], ledger.clock.now)
      const by = [...new Set(wish.groupBy.flatMap((name) => groups[name] ?? []))]
      const rows = resultFrom ? usageBuckets(ledger, { ...wish, by }) : []
      ctx.body = pageFrom(wish, rows, (row) => resultFrom?.(row, wish) ?? {})
    }
  })
  return {
    operations: [
      listing('usage/completions', completionsResult, fields, completionsFrom),
      listing('costs', costsResult, costFields, costsFrom),
      ...otherKinds.map((kind) => listing(`usage/${kind}`, z.object({}), fields))
    ]
  }
}

const costFields: Readonly<Record<string, BucketField>> = {
  project_id: 'workspace',
  api_key_id: 'key',
  line_item: 'model'
}

function pageFrom(
  { since, until, width, more }: PageWish,
  rows: readonly BucketRow[],
  shown: (row: BucketRow) => object
) {
  const byTime = grouped(rows)
  const data = Array.from({ length: (until - since) / width }, (_, index) => {
    const at = since + index * width
    return { object: 'bucket', start_time: at, end_time: at + width, results: (byTime.get(at) ?? []).map(shown) }
  })
  return { object: 'page', data, has_more: more, next_page: more ? `page_${until}` : null }
}

function grouped(rows: readonly BucketRow[]): Map<number, BucketRow[]> {
  const found = new Map<number, BucketRow[]>()
  for (const row of rows) found.set(row.at, [...(found.get(row.at) ?? []), row])
  return found
}

/** An id is null where sums are not grouped by it, and where there is none. */
const idIn = (value: string | undefined) => (value === undefined || value === '' ? null : value)

function completionsFrom({ sums, ...row }: BucketRow, { groupBy }: PageWish): z.output<typeof completionsResult> {
  return {
    object: 'organization.usage.completions.result',
    input_tokens: sums.input,
    input_cached_tokens: sums.cached,
    input_uncached_tokens: Math.max(sums.input - sums.cached - sums.cache_write, 0),
    input_cache_write_tokens: sums.cache_write,
    input_audio_tokens: 0,
    output_tokens: sums.output,
    output_audio_tokens: 0,
    num_model_requests: sums.responses,
    project_id: idIn(row.workspace),
    user_id: idIn(row.principal),
    api_key_id: idIn(row.key),
    model: idIn(row.model),
    batch: groupBy.includes('batch') ? false : null,
    service_tier: row.tier === undefined ? null : row.tier || 'default'
  }
}

function costsFrom({ sums, ...row }: BucketRow): z.output<typeof costsResult> {
  return {
    object: 'organization.costs.result',
    amount: { value: sums.cost / 1e9, currency: 'usd' },
    line_item: idIn(row.model),
    project_id: idIn(row.workspace),
    api_key_id: idIn(row.key),
    quantity: null
  }
}
