import { builtInAliases } from './built-in.ts'
import type { Catalog } from './catalog.ts'
import type { ModelSettings } from './settings.ts'

/**
 * The names to offer, without duplicates: the advertised models, else the configured one, then aliases and their targets.
 * Where none of these is set, what the CLI offers in its own menu. Last the built-in names.
 */
export async function modelNames(settings: ModelSettings, catalog: Catalog): Promise<string[]> {
  const configured = configuredNames(settings)
  const names =
    configured.length > 0 ? configured : ((await catalog()) ?? []).flatMap(({ id, hidden }) => (hidden ? [] : id))
  return [...new Set([...names, ...builtInAliases.keys()])]
}

function configuredNames({ advertised, model, aliases }: ModelSettings): string[] {
  const first = advertised.length > 0 ? advertised : model ? [model] : []
  return [...first, ...aliases.keys(), ...[...aliases.values()].flatMap((alias) => alias.model ?? [])]
}
