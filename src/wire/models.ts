import { z } from 'zod'
import { efforts } from '../turn/request.ts'
import type { CatalogModel } from '../turn/engine.ts'

const models = z.object({
  models: z
    .array(
      z.object({
        id: z.string(),
        isDefault: z.boolean(),
        hidden: z.boolean().optional(),
        efforts: z.array(z.string()).optional()
      })
    )
    .optional()
})

/** The models that a worker's codex knows; efforts that are newer than our list are left out. */
export function modelsFrom(value: unknown): CatalogModel[] {
  const { models: list = [] } = models.parse(value)
  return list.map(({ id, isDefault, hidden, efforts: names }) => ({
    id,
    isDefault,
    ...(hidden !== undefined && { hidden }),
    ...(names && { efforts: efforts.filter((effort) => names.includes(effort)) })
  }))
}
