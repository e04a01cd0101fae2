import { narrowerSandbox } from '../../turn/sandbox.ts'
import { builtInName, sandboxOf } from './ceiling.ts'
import type { FilterContext } from './context.ts'
import { isJsonObject } from '../../turn/json-object.ts'
import type { JsonObject } from '../../turn/json-object.ts'

/** What a client gets in place of what app-server answered. */
type AnswerFilter = (result: JsonObject, context: FilterContext) => JsonObject

/** What of the configuration clients read: the rest names providers with their keys, servers with theirs, and places of this machine. */
const shownConfig = [
  ...['model', 'review_model', 'model_provider', 'model_context_window', 'model_auto_compact_token_limit'],
  ...['model_auto_compact_token_limit_scope', 'model_reasoning_effort', 'model_reasoning_summary', 'model_verbosity'],
  ...['approval_policy', 'approvals_reviewer', 'sandbox_mode', 'service_tier', 'web_search', 'tools', 'features'],
  ...['analytics', 'forced_login_method', 'personality', 'plan_mode_reasoning_effort', 'notice']
]

const config: AnswerFilter = (result) => {
  const all = isJsonObject(result['config']) ? result['config'] : {}
  const shown = Object.fromEntries(shownConfig.flatMap((name) => (name in all ? [[name, all[name]]] : [])))
  return { ...result, config: shown, origins: {}, layers: null }
}

/** The login is the operator's. */
const account: AnswerFilter = (result) => {
  const { account: found } = result
  const shown = isJsonObject(found) ? { ...found, ...('email' in found && { email: null }) } : found
  return { ...result, account: shown, userId: null, workspaceRouting: null }
}

/** The gateway's own profiles stand for those of codex. */
const profiles: AnswerFilter = (result, { sandbox: widest }) => {
  const all = Array.isArray(result['data']) ? result['data'] : []
  const data = all.flatMap((profile: unknown) => {
    if (!isJsonObject(profile) || builtInName(profile['id']) !== profile['id']) return []
    const sandbox = sandboxOf(profile['id'])
    const isOffered = sandbox !== undefined && narrowerSandbox(sandbox, widest) === sandbox
    return sandbox === undefined ? [] : [{ ...profile, allowed: isOffered }]
  })
  return { ...result, data }
}

const models: AnswerFilter = (result, context) => {
  const all = Array.isArray(result['data']) ? result['data'] : []
  if (context.models === undefined) return result
  const offered = context.models
  return { ...result, data: all.filter((one) => isJsonObject(one) && offered.includes(String(one['model']))) }
}

const opened: AnswerFilter = (result) => withBuiltInProfile(result)

/** The permission profile by the name that clients know. */
export function withBuiltInProfile(settings: JsonObject): JsonObject {
  const { activePermissionProfile: active } = settings
  if (!isJsonObject(active)) return settings
  return { ...settings, activePermissionProfile: { ...active, id: builtInName(active['id']), extends: null } }
}

/** By method. All other answers are passed on as they are, unread. */
export const answerFilters: Readonly<Record<string, AnswerFilter>> = {
  'account/read': account,
  'config/read': config,
  'model/list': models,
  'permissionProfile/list': profiles,
  'thread/start': opened,
  'thread/resume': opened,
  'thread/fork': opened
}

/** By method of the notification; it gets the parameters. */
export const notificationFilters: Readonly<Record<string, AnswerFilter>> = {
  'thread/settings/updated': (params) => {
    const { threadSettings: settings } = params
    return isJsonObject(settings) ? { ...params, threadSettings: withBuiltInProfile(settings) } : params
  }
}
