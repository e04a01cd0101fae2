import { permissionsFor } from './ceiling.ts'
import { isJsonObject } from '../../turn/json-object.ts'
import type { JsonObject } from '../../turn/json-object.ts'
import type { Check } from './checks.ts'

/** Features that the TUI (codex-cli 0.169) turns off for threads that only make a title or a recap. */
const features = [
  ...['apps', 'code_mode', 'code_mode_only', 'context_management', 'current_time_reminder'],
  ...['deferred_executor', 'enable_fanout', 'goals', 'hooks', 'image_generation'],
  ...['memories', 'multi_agent', 'plugins', 'request_permissions_tool', 'shell_snapshot'],
  ...['shell_tool', 'standalone_web_search', 'token_budget', 'tool_suggest', 'unified_exec'],
  ...['view_image']
]

/** What else it sets for a thread, and to what. */
const settings: Readonly<Record<string, (value: unknown) => boolean>> = {
  ...Object.fromEntries(features.map((name) => [`features.${name}`, isFalse])),
  'skills.include_instructions': isFalse,
  'cloud.skills.enabled': isFalse,
  'tools.update_plan.enabled': isFalse,
  'tools.experimental_request_user_input.enabled': isFalse,
  web_search: (value) => value === 'disabled',
  model_reasoning_effort: (value) => typeof value === 'string'
}

function isFalse(value: unknown): boolean {
  return value === false
}

/**
 * Of the configuration that a client sends for one thread, only what turns something off, and the effort, is passed on: anything else could name a
 * program to run, or another provider to send the model's key to.
 */
export const threadConfig: Check = (value) => {
  if (!isJsonObject(value)) return undefined
  const all = flattened(value)
  const kept = Object.entries(all).filter(([key, setting]) => Object.hasOwn(settings, key) && settings[key]!(setting))
  const narrow = all['default_permissions'] === ':read-only'
  const config = { ...Object.fromEntries(kept), ...(narrow && { default_permissions: permissionsFor('read-only') }) }
  return Object.keys(config).length > 0 ? config : undefined
}

/** Tables as dotted keys: codex takes both. Deep ones stay as they are, and are then not known. */
function flattened(config: JsonObject, prefix = '', depth = 0): JsonObject {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => {
      const name = `${prefix}${key}`
      return isJsonObject(value) && depth < 4
        ? Object.entries(flattened(value, `${name}.`, depth + 1))
        : [[name, value]]
    })
  )
}
