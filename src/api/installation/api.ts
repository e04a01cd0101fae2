import { z } from 'zod'
import type { Api } from '../../http/api.ts'
import { lifetime } from '../../http/lifetime.ts'
import { parsed } from '../../openai/invalid.ts'
import type { AppServerCalls } from '../../threads/calls.ts'
import { modelList, modelsOf, profileList, profilesOf, rateLimits, rateLimitsOf } from '../../threads/installation.ts'
import { appServerErrors } from '../app-server-errors.ts'
import { scopeOf } from '../../http/scope.ts'

export interface InstallationDependencies {
  calls: AppServerCalls
}

const listQuery = z.object({
  cursor: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(100).optional()
})
const modelsQuery = listQuery.extend({
  includeHidden: z.enum(['true', 'false']).optional()
})

const shared = { method: 'get', failures: [404, 502, 503] } as const

/** What the installed codex offers: its models, its permission profiles, and the limits of its account. */
export function installationApi({ calls }: InstallationDependencies): Api {
  return {
    dialect: appServerErrors,
    operations: [
      {
        ...shared,
        path: '/api/models',
        summary: 'The models that Codex knows, with what it says of each.',
        query: modelsQuery,
        answer: modelList,
        async handle(ctx) {
          const { includeHidden, ...query } = parsed(modelsQuery, ctx.query)
          const { data, nextCursor } = await calls.on(scopeOf(ctx), lifetime(ctx), ({ connection }) =>
            modelsOf(connection, { ...query, includeHidden: includeHidden === 'true' })
          )
          const { models } = ctx.state.workspace
          ctx.body = { data: data.filter(({ id }) => models?.includes(id) ?? true), nextCursor }
        }
      },
      {
        ...shared,
        path: '/api/permission-profiles',
        summary: 'The permission profiles of Codex, and which of them the workspace allows.',
        query: listQuery,
        answer: profileList,
        async handle(ctx) {
          const query = parsed(listQuery, ctx.query)
          ctx.body = await calls.on(scopeOf(ctx), lifetime(ctx), ({ connection, workspace }) =>
            profilesOf(connection, workspace, query)
          )
        }
      },
      {
        ...shared,
        path: '/api/account/rate-limits',
        summary: 'How much of its limits the account has used, and when they are reset; null where that is not known.',
        answer: rateLimits,
        async handle(ctx) {
          ctx.body = await calls.on(scopeOf(ctx), lifetime(ctx), ({ connection }) => rateLimitsOf(connection))
        }
      }
    ]
  }
}
