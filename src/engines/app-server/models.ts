import { z } from 'zod'
import type { CatalogModel } from '../../turn/engine.ts'
import type { Keeper } from './keeper.ts'

const page = z.object({
  data: z.array(z.object({ id: z.string(), isDefault: z.boolean().catch(false), hidden: z.boolean().catch(false) })),
  nextCursor: z.string().nullish()
})

/** The models app-server knows, asked at the first call and kept; a failure is not. */
export function modelsOf(keeper: Keeper): () => Promise<CatalogModel[]> {
  let kept: Promise<CatalogModel[]> | undefined
  return () => {
    kept ??= ask(keeper).catch((error: unknown) => {
      kept = undefined
      throw error
    })
    return kept
  }
}

async function ask(keeper: Keeper): Promise<CatalogModel[]> {
  using lease = await keeper.lease()
  const models: CatalogModel[] = []
  let cursor: string | null | undefined
  do {
    const reply = page.parse(
      await lease.connection.request('model/list', { includeHidden: true, ...(cursor && { cursor }) })
    )
    models.push(...reply.data.map(({ id, isDefault, hidden }) => ({ id, isDefault, ...(hidden && { hidden }) })))
    cursor = reply.nextCursor
  } while (cursor && models.length < 1_000)
  return models
}
