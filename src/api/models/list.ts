import type { Catalog } from '../../models/catalog.ts'
import type { ModelSettings } from '../../models/resolve.ts'

/**
 * The names to offer, without doubles: the advertised models, else the configured one, then aliases and their targets.
 * When nothing of that is set, what the CLI offers in its own menu.
 */
export async function modelNames({ advertised, model, aliases }: ModelSettings, catalog: Catalog): Promise<string[]> {
  const first = advertised.length > 0 ? advertised : model ? [model] : []
  const targets = [...aliases.values()].flatMap((alias) => alias.model ?? [])
  const said = [...new Set([...first, ...aliases.keys(), ...targets])]
  if (said.length > 0) return said
  return ((await catalog()) ?? []).filter(({ hidden }) => !hidden).map(({ id }) => id)
}
