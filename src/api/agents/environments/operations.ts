import { z } from 'zod'
import { newId } from '../../../agents/ids.ts'
import { environmentInfo } from '../../../agents/shown-environment.ts'
import { shownPath, folderPathFrom } from '../../../environments/paths.ts'
import { notFound } from '../../../agents/resources.ts'
import type { ApiContext, Operation } from '../../../http/api.ts'
import { scopeOf } from '../../../http/scope.ts'
import { invalid, parsed } from '../../../openai/invalid.ts'
import { pageSchemaOf } from '../../../openai/page.ts'
import { readRequest } from '../../read-request.ts'
import { unsupported } from '../check-agent.ts'
import type { AgentsDependencies } from '../dependencies.ts'
import { checkOpen, openTo } from '../enter.ts'
import { keyHeader, repetitionOf } from '../idempotency.ts'
import { pageFrom, pageQuery, wishIn } from '../page.ts'
import { fileFrom, uploadsOf } from './files.ts'
import { hostingIn, planOf } from './prepare.ts'
import { environmentAnswer, environmentCreation, fileAnswer, fileCreation } from './schema.ts'

const one = '/agents/environments/{id}'
const listQuery = pageQuery.extend({ type: z.string().optional() })
const fileQuery = z.object({
  page: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  order: z.enum(['asc', 'desc']).default('desc'),
  path: z.string().optional()
})

/** The operations on environments and the files in them. */
export function environmentOperations(dependencies: AgentsDependencies): Operation[] {
  const { hosting, readBody } = dependencies
  const entered = (ctx: ApiContext) => {
    if (hosting === undefined) throw notFound()
    const { environments } = hosting
    const found = environments.find(ctx.state.principal.id, ctx.params['id'] ?? '')
    checkOpen(ctx, found.workspace, dependencies)
    return { hosting, environments, found }
  }
  return [
    {
      method: 'post',
      path: '/agents/environments',
      summary: 'Make an environment, which a session takes later.',
      body: environmentCreation,
      headers: { [keyHeader]: 'Makes a repetition known: within a day the same key makes one environment.' },
      answer: environmentAnswer,
      failures: [404, 409],
      async handle(ctx) {
        const sent = await readRequest(ctx, readBody, environmentCreation)
        if (sent.vault_ids && sent.vault_ids.length > 0) throw unsupported('Vaults are not offered.', 'vault_ids')
        const { config, files } = await planOf(ctx.state.principal.id, sent.environment, dependencies)
        const { owner, workspace } = scopeOf(ctx)
        const fresh = { id: newId('env'), owner, workspace, session: null, config }
        const made = await hostingIn(dependencies).environments.create(fresh, files, repetitionOf(ctx, sent))
        checkOpen(ctx, made.workspace, dependencies) // a repetition: the token may be for another one
        ctx.status = 201
        ctx.body = environmentInfo(made)
      }
    },
    {
      method: 'get',
      path: '/agents/environments',
      summary: 'Your environments.',
      query: listQuery,
      answer: pageSchemaOf(environmentAnswer),
      failures: [404],
      handle(ctx) {
        const { type = 'openai_hosted' } = parsed(listQuery, ctx.query)
        if (!['openai_hosted', 'self_hosted'].includes(type)) throw invalid('Expected `openai_hosted`.', 'type')
        const none = { values: [], hasMore: false }
        const isThere = hosting !== undefined && type === 'openai_hosted'
        const wish = { ...wishIn(ctx), workspaces: openTo(ctx, dependencies) }
        const found = isThere ? hosting.environments.list(ctx.state.principal.id, wish) : none
        ctx.body = pageFrom(found, environmentInfo)
      }
    },
    {
      method: 'get',
      path: one,
      summary: 'An environment.',
      answer: environmentAnswer,
      failures: [404],
      handle(ctx) {
        ctx.body = environmentInfo(entered(ctx).found)
      }
    },
    {
      method: 'post',
      path: `${one}/files`,
      summary: 'Put a file into an environment, in the place of the one that may be there.',
      body: fileCreation,
      answer: fileAnswer,
      failures: [404, 409],
      async handle(ctx) {
        const { environments, found, hosting: here } = entered(ctx)
        const find = uploadsOf(ctx.state.principal.id, here)
        const file = fileFrom(await readRequest(ctx, readBody, fileCreation), '', find)
        await environments.addFile(found, file)
        ctx.status = 201
        ctx.body = shownFile(found.id, { parts: file.parts, size: file.size })
      }
    },
    {
      method: 'get',
      path: `${one}/files`,
      summary: 'The files that are in an environment now.',
      query: fileQuery,
      answer: z.object({ data: z.array(fileAnswer), has_more: z.boolean(), next: z.string().nullable() }),
      failures: [404, 409],
      async handle(ctx) {
        const { environments, found } = entered(ctx)
        const { page, path, ...wish } = parsed(fileQuery, ctx.query)
        const below = path ? folderPathFrom(path, 'path') : []
        const { values, hasMore } = await environments.files(found, {
          ...wish,
          below,
          after: page === undefined ? page : placeFrom(page)
        })
        const last = values.at(-1)
        ctx.body = {
          object: 'list',
          data: values.map((file) => shownFile(found.id, file)),
          has_more: hasMore,
          next: hasMore && last ? Buffer.from(last.parts.join('/')).toString('base64url') : null
        }
      }
    }
  ]
}

const shownFile = (environment_id: string, { parts, size }: { parts: readonly string[]; size: number }) => ({
  environment_id,
  object: 'agent.environment.file' as const,
  path: shownPath(parts),
  size_bytes: size
})

/** Where a page begins: behind the file that ended the one before. */
const placeFrom = (page: string) => Buffer.from(page, 'base64url').toString().split('/')
