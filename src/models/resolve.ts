import { GatewayError } from '../turn/error.ts'
import type { Effort, ProfileName, SandboxMode } from '../turn/request.ts'
import type { Catalog } from './catalog.ts'

/** What an alias means. What is left out is the engine's default. */
export interface Alias {
  model?: string | undefined
  effort?: Effort | undefined
  sandbox?: SandboxMode | undefined
  engine?: string | undefined
  profile?: ProfileName | undefined
  strip_answer_tags?: boolean | undefined
}

/** The operator's settings about models. */
export interface ModelSettings {
  /** For requests that name none; unset: the CLI's own default. */
  model?: string | undefined
  /** By the name that clients send. */
  aliases: ReadonlyMap<string, Alias>
  advertised: readonly string[]
  stripAnswerTags: boolean
}

/** What a requested model name means. What is left out is the engine's default. */
export interface ResolvedModel extends Omit<Alias, 'strip_answer_tags'> {
  /** As the client named it, which is what answers echo. */
  name: string
  stripAnswerTags: boolean
}

/** Throws a `GatewayError` `model_not_found` for a name that is not on the closed list. */
export type ResolveModel = (name?: string | null) => Promise<ResolvedModel>

/** Nothing else may become an argument of the CLI when there is no list to look a name up in. */
const plausibleName = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/

/**
 * Finds what to run for a model name: an alias, the target of one, an advertised or configured model,
 * or one of the CLI's catalog. Without a catalog, and with nothing advertised, every plausible name passes.
 */
export function modelResolver(settings: ModelSettings, catalog: Catalog): ResolveModel {
  const targets = [...settings.aliases.values()].flatMap(({ model }) => model ?? [])
  const known = new Set([...targets, ...settings.advertised, ...(settings.model ? [settings.model] : [])])
  return async (name) => {
    const wanted = name || settings.model
    if (wanted === undefined)
      return { name: (await defaultOf(catalog)) ?? 'default', stripAnswerTags: settings.stripAnswerTags }
    const alias = settings.aliases.get(wanted)
    if (alias) return fromAlias(wanted, alias, settings)
    if (!known.has(wanted) && !(await inCatalog(wanted, settings, catalog))) throw unknownModel(wanted)
    return { name: wanted, model: wanted, stripAnswerTags: settings.stripAnswerTags }
  }
}

function fromAlias(name: string, alias: Alias, settings: ModelSettings): ResolvedModel {
  const { strip_answer_tags = settings.stripAnswerTags, model = settings.model, ...rest } = alias
  return { ...rest, name, ...(model && { model }), stripAnswerTags: strip_answer_tags }
}

async function inCatalog(name: string, settings: ModelSettings, catalog: Catalog): Promise<boolean> {
  const models = await catalog()
  if (models === undefined) return settings.advertised.length === 0 && plausibleName.test(name)
  return models.some(({ id }) => id === name)
}

async function defaultOf(catalog: Catalog): Promise<string | undefined> {
  return (await catalog())?.find(({ isDefault }) => isDefault)?.id
}

function unknownModel(name: string): GatewayError {
  const shown = name.length > 128 ? `${name.slice(0, 128)}…` : name
  return new GatewayError('model_not_found', `The model \`${shown}\` does not exist or you do not have access to it.`, {
    param: 'model'
  })
}
