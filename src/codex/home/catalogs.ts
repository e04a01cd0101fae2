import { z } from 'zod'
import { fullCatalogOf } from '../binary/catalog.ts'
import { writeNamed } from './named-file.ts'

const catalog = z.looseObject({ models: z.array(z.looseObject({ slug: z.string() })) })

/**
 * What gives a model tools and texts that no setting takes away: code mode, in which all tools sit inside a JavaScript one,
 * patches, a clock, sub-agents, a search for tools (codex-cli 0.169).
 */
const without = {
  tool_mode: null,
  multi_agent_version: null,
  apply_patch_tool_type: null,
  model_messages: null,
  experimental_supported_tools: [],
  supports_search_tool: false,
  default_verbosity: null, // it is sent where a turn asks for one
  use_responses_lite: false,
  supports_reasoning_effort_updates: false
}

/** The same, where the model leads others; and where it also searches for functions of the caller's, which hides all tools of others from it until it has. */
const { multi_agent_version: _team, ...leading } = without
const { supports_search_tool: _search, ...capable } = leading

/** Milliseconds that a start may wait for the newest catalog. */
const patience = 1_000

/** What lets a model search the web: its requests have no place for OpenAI's own tools otherwise (codex-cli 0.169). */
const searching = { use_responses_lite: false }

/** Paths of model catalogs, for `model_catalog_json`. */
export interface Catalogs {
  /** Its models have no tools of their own. */
  plain?: string
  /** Its models have none but those to lead others. */
  leading?: string
  /** Its models have none either, but can search for those of the caller, and lead others. */
  capable?: string
  /** Its models can search the web. */
  searching?: string
}

/** Writes variants of the CLI's own model catalog into CODEX_HOME. Without them when the CLI does not tell its catalog: turns then run with it as it is. */
export async function writeCatalogs(
  binary: string,
  env: Record<string, string>,
  codexHome: string,
  search: boolean
): Promise<Catalogs> {
  const parsed = catalog.safeParse(await fullCatalogOf(binary, env, patience)).data
  if (parsed === undefined) return {}
  const write = (changes: object) => {
    const text = JSON.stringify({ ...parsed, models: parsed.models.map((model) => ({ ...model, ...changes })) })
    return writeNamed(codexHome, text, (hash) => `codex-gateway-models-${hash}.json`)
  }
  return {
    plain: await write(without),
    leading: await write(leading),
    capable: await write(capable),
    ...(search && { searching: await write(searching) })
  }
}
