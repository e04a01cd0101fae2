import { permissionsFor } from './ceiling.ts'
import { isObject } from './message.ts'
import type { JsonObject } from './message.ts'
import type { Check } from './checks.ts'

/** What the TUI (codex-cli 0.169) turns off for threads that only make a title or a recap, and to what. */
const switches: Readonly<Record<string, unknown>> = {
  web_search: 'disabled',
  'skills.include_instructions': false,
  'cloud.skills.enabled': false,
  'tools.update_plan.enabled': false,
  'tools.experimental_request_user_input.enabled': false
}

/**
 * Of the configuration that a client sends for one thread, only what turns something off is passed on: anything else could name a
 * program to run, or another provider to send the model's key to.
 */
export const threadConfig: Check = (value) => {
  if (!isObject(value)) return undefined
  const kept = Object.entries(flattened(value)).filter(([key, setting]) => turnsOff(key, setting))
  const narrow = flattened(value)['default_permissions'] === ':read-only'
  const config = { ...Object.fromEntries(kept), ...(narrow && { default_permissions: permissionsFor('read-only') }) }
  return Object.keys(config).length > 0 ? config : undefined
}

function turnsOff(key: string, value: unknown): boolean {
  if (/^features\.[a-z_]+$/.test(key)) return value === false
  return Object.hasOwn(switches, key) && switches[key] === value
}

/** Tables as dotted keys: codex takes both. Deep ones stay as they are, and are then not known. */
function flattened(config: JsonObject, prefix = '', depth = 0): JsonObject {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => {
      const name = `${prefix}${key}`
      return isObject(value) && depth < 4 ? Object.entries(flattened(value, `${name}.`, depth + 1)) : [[name, value]]
    })
  )
}
