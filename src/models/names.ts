import { builtInAliases } from './built-in.ts'
import type { Catalog } from './catalog.ts'
import type { ModelChoice, ModelSettings } from './settings.ts'

/**
 * The names to offer, without duplicates: the advertised models, else the configured one, then aliases and their targets.
 * Where none of these is set, what the CLI offers in its own menu. Last the built-in names. Of all these what a workspace
 * allows, where it does not allow all.
 */
export async function modelNames(
  settings: ModelSettings,
  catalog: Catalog,
  choice: ModelChoice = {}
): Promise<string[]> {
  const own = { ...settings, model: choice.model ?? settings.model }
  const configured = configuredNames(own)
  const names =
    configured.length > 0 ? configured : ((await catalog()) ?? []).flatMap(({ id, hidden }) => (hidden ? [] : id))
  const all = [...new Set([...(choice.models ?? []), ...names, ...builtInAliases.keys()])]
  return all.filter((name) => isAllowed({ name, model: modelOf(name, own) }, choice))
}

/** Whether a workspace allows what is asked for by this name, and runs this model. */
export function isAllowed(
  { name, model }: { name: string; model?: string | undefined },
  { models }: ModelChoice
): boolean {
  return models === undefined || models.includes(name) || (model !== undefined && models.includes(model))
}

/** Whether one of `names` is this model, or runs it. `model`: the one of a turn that names none, undefined where that is codex's own. */
export function isModelOf(
  names: readonly string[],
  model: string | undefined,
  settings: Pick<ModelSettings, 'aliases' | 'model'>
): boolean {
  return names.some((name) => name === (model ?? 'default') || modelOf(name, settings) === model)
}

/** The model that a name runs, as far as the settings say. */
function modelOf(name: string, { aliases, model }: Pick<ModelSettings, 'aliases' | 'model'>): string | undefined {
  const alias = aliases.get(name) ?? builtInAliases.get(name)
  return alias ? (alias.model ?? model) : name
}

function configuredNames({ advertised, model, aliases }: ModelSettings): string[] {
  const first = advertised.length > 0 ? advertised : model ? [model] : []
  return [...first, ...aliases.keys(), ...[...aliases.values()].flatMap((alias) => alias.model ?? [])]
}
