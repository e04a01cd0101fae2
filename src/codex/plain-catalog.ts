import { createHash } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { fullCatalogOf } from './catalog.ts'

const catalog = z.looseObject({ models: z.array(z.looseObject({ slug: z.string() })) })

/** What gives a model tools that no setting takes away: code mode, in which all tools sit inside a JavaScript one, patches, a clock. */
const without = { tool_mode: null, apply_patch_tool_type: null, experimental_supported_tools: [] }

/**
 * Writes the CLI's own model catalog without the tools it brings into CODEX_HOME, for `model_catalog_json`, and returns its path.
 * Undefined when the CLI does not tell its catalog: turns then run with it as it is. Named by its content: gateways may share a home.
 */
export async function writePlainCatalog(binary: string, env: Record<string, string>, codexHome: string): Promise<string | undefined> {
  const parsed = catalog.safeParse(await fullCatalogOf(binary, env)).data
  if (parsed === undefined) return undefined
  const text = JSON.stringify({ ...parsed, models: parsed.models.map((model) => ({ ...model, ...without })) })
  const path = join(codexHome, `codex-gateway-models-${createHash('sha256').update(text).digest('hex').slice(0, 12)}.json`)
  const draft = `${path}.${process.pid}`
  await writeFile(draft, text, { mode: 0o600 })
  await rename(draft, path)
  return path
}

/** Asks at the first call, and again only after a failure. */
export function keptPlainCatalog(write: () => Promise<string | undefined>): () => Promise<string | undefined> {
  let kept: Promise<string | undefined> | undefined
  return async () => {
    kept ??= write().catch(() => undefined)
    const path = await kept
    if (path === undefined) kept = undefined
    return path
  }
}
