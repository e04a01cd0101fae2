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

/** Milliseconds that a start may wait for the newest catalog. */
const patience = 1_000

/**
 * Writes the CLI's own model catalog without the tools it brings into CODEX_HOME, for `model_catalog_json`, and returns its path.
 * Undefined when the CLI does not tell its catalog: turns then run with it as it is.
 */
export async function writePlainCatalog(
  binary: string,
  env: Record<string, string>,
  codexHome: string
): Promise<string | undefined> {
  const parsed = catalog.safeParse(await fullCatalogOf(binary, env, patience)).data
  if (parsed === undefined) return undefined
  const text = JSON.stringify({ ...parsed, models: parsed.models.map((model) => ({ ...model, ...without })) })
  return writeNamed(codexHome, text, (hash) => `codex-gateway-models-${hash}.json`)
}
