import { GatewayError } from '../turn/error.ts'
import type { CatalogModel } from '../turn/engine.ts'
import { builtInAliases } from './built-in.ts'
import type { Catalog } from './catalog.ts'
import { isAllowed, modelNames } from './names.ts'
import type { Alias, ModelChoice, ModelSettings } from './settings.ts'

/** What a requested model name means. What is left out is the engine's default. */
export interface ResolvedModel extends Omit<Alias, 'strip_answer_tags'> {
  /** As the client named it, which is what answers echo. */
  name: string
  stripAnswerTags: boolean
  /** The name of the default model, where it stands in for one that is nowhere. */
  standIn?: string
}

/** Throws a `GatewayError` `model_not_found` for a name that is not on the closed list, or that the workspace does not allow. */
export type ResolveModel = (name?: string | null, choice?: ModelChoice) => Promise<ResolvedModel>

/** Nothing else may become an argument of the CLI when there is no list to look a name up in. */
const plausibleName = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/

/**
 * Finds what to run for a model name: an alias, the target of one, an advertised or configured model, a built-in name,
 * or one of the CLI's catalog. Without a catalog, and with nothing advertised, every plausible name passes.
 */
export function modelResolver(settings: ModelSettings, catalog: Catalog): ResolveModel {
  const resolve = anyModelResolver(settings, catalog)
  return async (name, choice) => {
    if (choice?.model === undefined && choice?.models === undefined) return resolve(name)
    const model = choice.model ?? settings.model
    const advertised = [...settings.advertised, ...(choice.models ?? [])]
    const own =
      model === settings.model && !choice.models
        ? resolve
        : anyModelResolver({ ...settings, model, advertised }, catalog, choice)
    const found = await own(name)
    const resolved = name || !choice.models ? found : { ...found, ...explicit(found) }
    if (isAllowed(resolved, choice)) return resolved
    throw unknownModel(resolved.name, await modelNames(settings, catalog, choice))
  }
}

/** Where not every model may be used, the one that was checked is named: the default of codex may be another. */
const explicit = ({ name, model = name }: ResolvedModel) => (name === 'default' ? {} : { model })

/** Without the bounds of a workspace, which only choose what an error lists. */
function anyModelResolver(
  settings: ModelSettings,
  catalog: Catalog,
  choice: ModelChoice = {}
): (name?: string | null) => Promise<ResolvedModel> {
  const targets = [...settings.aliases.values()].flatMap(({ model }) => model ?? [])
  const known = new Set([...targets, ...settings.advertised, ...(settings.model ? [settings.model] : [])])
  const { stripAnswerTags } = settings

  async function defaultModel(): Promise<ResolvedModel> {
    if (settings.model) return named(settings.model)
    return { name: (await defaultIn(catalog))?.id ?? 'default', stripAnswerTags }
  }

  async function named(name: string): Promise<ResolvedModel> {
    const alias = settings.aliases.get(name) ?? (known.has(name) ? undefined : builtInAliases.get(name))
    if (alias) return fromAlias(name, alias, settings)
    if (known.has(name) || (await isInCatalog(name, settings, catalog))) return { name, model: name, stripAnswerTags }
    if (settings.unknown !== 'default') throw unknownModel(name, await modelNames(settings, catalog, choice))
    const standIn = await defaultModel()
    return { ...standIn, name, standIn: standIn.name }
  }

  return (name) => (name ? named(name) : defaultModel())
}

function fromAlias(name: string, alias: Alias, settings: ModelSettings): ResolvedModel {
  const { strip_answer_tags = settings.stripAnswerTags, model = settings.model, ...rest } = alias
  return { ...rest, name, ...(model && { model }), stripAnswerTags: strip_answer_tags }
}

async function isInCatalog(name: string, settings: ModelSettings, catalog: Catalog): Promise<boolean> {
  const models = await catalog()
  if (models === undefined) return settings.advertised.length === 0 && plausibleName.test(name)
  return models.some(({ id }) => id === name)
}

async function defaultIn(catalog: Catalog): Promise<CatalogModel | undefined> {
  return (await catalog())?.find(({ isDefault }) => isDefault)
}

/** How many names an error shows. */
const maxShown = 20

function unknownModel(name: string, names: readonly string[]): GatewayError {
  const shown = name.length > 128 ? `${name.slice(0, 128)}…` : name
  const more = names.length > maxShown ? ` and ${names.length - maxShown} more` : ''
  return new GatewayError(
    'model_not_found',
    `The model \`${shown}\` does not exist or you do not have access to it. ` +
      `GET /v1/models lists what there is: ${names.slice(0, maxShown).join(', ')}${more}. ` +
      'The operator can give this name to one of them with CODEX_MODEL_ALIASES, or all unknown names to the default model with CODEX_UNKNOWN_MODEL=default.',
    { param: 'model' }
  )
}
