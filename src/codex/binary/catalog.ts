import { z } from 'zod'
import { jsonFrom } from '../../turn/json-text.ts'
import type { CatalogModel } from '../../turn/engine.ts'
import { effortsFrom } from '../../turn/engine.ts'
import { runCommand } from '../process/run-command.ts'

/** The variable that holds the model provider's key; codex reads it, commands that the model runs do not see it. */
export const providerKeyVariable = 'CODEX_API_KEY'

const catalog = z.object({
  models: z.array(
    z.object({
      slug: z.string(),
      visibility: z.string().optional(),
      priority: z.number().catch(Infinity),
      supported_reasoning_levels: z.array(z.object({ effort: z.string() })).catch([])
    })
  )
})

/** Asks the CLI for the models it knows (`codex debug models`), best first. Empty when it does not say. */
export async function catalogOf(binary: string, env: Record<string, string>): Promise<CatalogModel[]> {
  const parsed = catalog.safeParse(await fullCatalogOf(binary, env, 3_000))
  if (!parsed.success) return []
  const models = parsed.data.models.sort((one, other) => one.priority - other.priority)
  return models.map(({ slug, visibility, supported_reasoning_levels: levels }, index) => ({
    id: slug,
    isDefault: index === 0,
    ...(visibility === 'hide' && { hidden: true }),
    ...effortsFrom(levels.map(({ effort }) => effort))
  }))
}

/**
 * All that `codex debug models` prints; undefined when it does not say. With a login the CLI asks for the newest catalog first,
 * for at most `patience` milliseconds here. It does not get the provider's key, which it would send to chatgpt.com (codex-cli 0.169).
 */
export async function fullCatalogOf(binary: string, env: Record<string, string>, patience: number): Promise<unknown> {
  const { [providerKeyVariable]: _, ...keyless } = env
  const print = async (timeout: number, ...flags: string[]) => {
    const options = { env: keyless, timeout, maxBuffer: 33_554_432 }
    return runCommand(binary, ['debug', 'models', ...flags], options).then(
      ({ code, stdout }) => (code === 0 ? jsonFrom(stdout) : undefined),
      () => undefined
    )
  }
  return (await print(patience)) ?? print(10_000, '--bundled')
}
