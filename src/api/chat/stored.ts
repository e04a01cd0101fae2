import { z } from 'zod'
import type { ApiContext, Operation } from '../../http/api.ts'
import type { ReadBody } from '../../http/body/body.ts'
import { scopeOf } from '../../http/scope.ts'
import { parsed } from '../../openai/invalid.ts'
import { metadata } from '../../openai/metadata.ts'
import type { Metadata } from '../../openai/metadata.ts'
import { pageQueryOf, pageSchemaOf } from '../../openai/page.ts'
import { GatewayError } from '../../turn/error.ts'
import { completionShape } from './completion.ts'
import type { StoredCompletions } from './stored-completions.ts'
import { storedMessage } from './stored-message.ts'

const ids = /chatcmpl-[^/]+/
const update = z.object({ metadata: metadata.nullable() })
const pageQuery = pageQueryOf('asc')
const listQuery = pageQuery.extend({
  model: z.string().optional(),
  metadata: z.string().optional().describe('One pair: `metadata[key]=value`. May be repeated.')
})
const storedCompletion = completionShape.extend({ metadata })

/** The operations on stored completions. `completions` is left out where nothing is stored. */
export function storedOperations(completions: StoredCompletions | undefined, readBody: ReadBody): Operation[] {
  const stored = () => {
    if (completions) return completions
    throw new GatewayError('not_found', 'Nothing is stored here: CODEX_THREAD_TTL_HOURS is 0.', {
      reason: 'unknown_completion'
    })
  }
  const idIn = ({ params: { id = '' } }: ApiContext) => id
  return [
    {
      method: 'get',
      path: '/chat/completions',
      summary: 'The stored chat completions.',
      query: listQuery,
      answer: pageSchemaOf(storedCompletion),
      async handle(ctx) {
        const { model, ...page } = parsed(listQuery, ctx.query)
        const filter = { model, metadata: pairsIn(ctx.query) }
        await readBody(ctx, { optional: true })
        ctx.body = await stored().list(scopeOf(ctx), page, filter, ctx.state.reserve)
      }
    },
    {
      method: 'get',
      path: '/chat/completions/{id}',
      ids,
      summary: 'A stored chat completion.',
      answer: storedCompletion,
      async handle(ctx) {
        await readBody(ctx, { optional: true })
        ctx.body = await stored().find(scopeOf(ctx), idIn(ctx), ctx.state.reserve)
      }
    },
    {
      method: 'post',
      path: '/chat/completions/{id}',
      ids,
      summary: 'Replace the metadata of a stored chat completion.',
      body: update,
      answer: storedCompletion,
      async handle(ctx) {
        const { metadata } = parsed(update, await readBody(ctx))
        ctx.body = await stored().update(scopeOf(ctx), idIn(ctx), metadata ?? {})
      }
    },
    {
      method: 'delete',
      path: '/chat/completions/{id}',
      ids,
      summary: 'Delete a stored chat completion.',
      answer: z.object({ id: z.string(), object: z.literal('chat.completion.deleted'), deleted: z.literal(true) }),
      async handle(ctx) {
        await stored().delete(scopeOf(ctx), idIn(ctx))
        ctx.body = { object: 'chat.completion.deleted', id: idIn(ctx), deleted: true }
      }
    },
    {
      method: 'get',
      path: '/chat/completions/{id}/messages',
      ids,
      summary: 'The messages of the request of a stored chat completion.',
      query: pageQuery,
      answer: pageSchemaOf(storedMessage),
      async handle(ctx) {
        const query = parsed(pageQuery, ctx.query)
        await readBody(ctx, { optional: true })
        ctx.body = await stored().messages(scopeOf(ctx), idIn(ctx), query, ctx.state.reserve)
      }
    }
  ]
}

/** The metadata by which a list is filtered: `metadata[key]=value`. Throws for more than completions have. */
function pairsIn(query: Readonly<Record<string, string | string[] | undefined>>): Metadata {
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    const [, key] = /^metadata\[(.+)\]$/s.exec(name) ?? []
    return key === undefined ? [] : [[key, value] as const]
  })
  return parsed(metadata, Object.fromEntries(pairs), ['metadata'])
}
