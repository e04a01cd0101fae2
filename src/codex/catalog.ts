import { execa } from 'execa'
import { z } from 'zod'
import type { CatalogModel } from '../turn/engine.ts'

const catalog = z.object({ models: z.array(z.object({ slug: z.string(), visibility: z.string().optional(), priority: z.number().catch(Infinity) })) })

/** Asks the CLI for the models it knows (`codex debug models`), best first. Empty when it does not say. */
export async function catalogOf(binary: string, env: Record<string, string>): Promise<CatalogModel[]> {
  const parsed = catalog.safeParse(await fullCatalogOf(binary, env))
  if (!parsed.success) return []
  const models = parsed.data.models.sort((one, other) => one.priority - other.priority)
  return models.map(({ slug, visibility }, index) => ({ id: slug, isDefault: index === 0, ...(visibility === 'hide' && { hidden: true }) }))
}

/** All that `codex debug models` prints; undefined when it does not say. */
export async function fullCatalogOf(binary: string, env: Record<string, string>): Promise<unknown> {
  const result = await execa(binary, ['debug', 'models'], { env, extendEnv: false, reject: false, timeout: 10_000, stdin: 'ignore', maxBuffer: 33_554_432 })
  return result.exitCode === 0 ? jsonFrom(result.stdout) : undefined
}

/** Asks once, at the first call, and again only after an empty answer. */
export function keptCatalog(ask: () => Promise<CatalogModel[]>): () => Promise<CatalogModel[]> {
  let kept: Promise<CatalogModel[]> | undefined
  return async () => {
    kept ??= ask()
    const models = await kept
    if (models.length === 0) kept = undefined
    return models
  }
}

function jsonFrom(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
