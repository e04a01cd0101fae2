import Router from '@koa/router'
import type { RequestState } from '../../http/state.ts'
import type { Catalog } from '../../models/catalog.ts'
import type { ModelSettings, ResolveModel } from '../../models/resolve.ts'
import { modelNames } from './list.ts'

export interface ModelsDependencies {
  settings: ModelSettings
  catalog: Catalog
  resolveModel: ResolveModel
}

interface Model {
  id: string
  object: 'model'
  created: number
  owned_by: string
}

/** `GET /models` and `GET /models/{id}`, whose id may hold slashes, encoded or not. */
export function modelsRoutes({ settings, catalog, resolveModel }: ModelsDependencies): Router<RequestState> {
  const created = Math.floor(Date.now() / 1000)
  const model = (id: string): Model => ({ id, object: 'model', created, owned_by: 'codex' })
  const router = new Router<RequestState>()
  router.get('/models', async (ctx) => {
    ctx.body = { object: 'list', data: (await modelNames(settings, catalog)).map(model) }
  })
  router.get('/models/*id', async (ctx) => {
    const { name } = await resolveModel(ctx.params.id) // models that are hidden from the list are there all the same
    ctx.body = model(name)
  })
  return router
}
