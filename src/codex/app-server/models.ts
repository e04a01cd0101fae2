import { z } from 'zod'
import type { CatalogModel } from '../../turn/engine.ts'
import { effortsFrom } from '../../turn/engine.ts'
import type { Connection } from './connection.ts'

const page = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      isDefault: z.boolean().catch(false),
      hidden: z.boolean().catch(false),
      supportedReasoningEfforts: z.array(z.object({ reasoningEffort: z.string() })).catch([])
    })
  ),
  nextCursor: z.string().nullish()
})

/** The models that app-server knows. Rejects with a `GatewayError`. */
export async function modelsOn(connection: Connection): Promise<CatalogModel[]> {
  const models: CatalogModel[] = []
  let cursor: string | null | undefined
  do {
    const reply = page.parse(await connection.request('model/list', { includeHidden: true, ...(cursor && { cursor }) }))
    models.push(
      ...reply.data.map(({ id, isDefault, hidden, supportedReasoningEfforts: efforts }) => ({
        id,
        isDefault,
        ...(hidden && { hidden }),
        ...effortsFrom(efforts.map(({ reasoningEffort }) => reasoningEffort))
      }))
    )
    cursor = reply.nextCursor
  } while (cursor && models.length < 1_000)
  return models
}
