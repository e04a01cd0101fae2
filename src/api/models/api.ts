import { z } from 'zod'
import type { Api } from '../../http/api.ts'
import type { Catalog } from '../../models/catalog.ts'
import { modelNames } from '../../models/names.ts'
import type { ResolveModel } from '../../models/resolve.ts'
import type { ModelSettings } from '../../models/settings.ts'

export interface ModelsDependencies {
  settings: ModelSettings
  catalog: Catalog
  resolveModel: ResolveModel
}

const model = z.object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() })

/** The models to choose from, and one of them. */
export function modelsApi({ settings, catalog, resolveModel }: ModelsDependencies): Api {
  const created = Math.floor(Date.now() / 1000)
  const modelOf = (id: string): z.output<typeof model> => ({ id, object: 'model', created, owned_by: 'codex' })
  return {
    operations: [
      {
        method: 'get',
        path: '/models',
        summary: 'The models and aliases to choose from.',
        answer: z.object({ object: z.literal('list'), data: z.array(model) }),
        async handle(ctx) {
          ctx.body = { object: 'list', data: (await modelNames(settings, catalog, ctx.state.workspace)).map(modelOf) }
        }
      },
      {
        method: 'get',
        path: '/models/{+id}',
        summary: 'One of them, also one that the list hides. The id may contain slashes, encoded or not.',
        answer: model,
        async handle(ctx) {
          ctx.body = modelOf((await resolveModel(ctx.params['id'], ctx.state.workspace)).name)
        }
      }
    ]
  }
}
