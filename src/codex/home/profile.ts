import type { ProfileName } from '../../turn/request.ts'
import { writeNamed } from './named-file.ts'
import type { Catalogs } from './catalogs.ts'
import type { CodexSettings } from './settings.ts'

/** Files that profiles put in the place of what codex has itself. */
export interface ProfileFiles {
  /** Instructions instead of codex's; an empty file is an error to it. */
  instructions: string
  catalogs?: Catalogs | undefined
}

/** What no turn behind a server can use: someone to ask, a team of agents, a nap, goals, plug-ins, hooks, apps, skills, a personality. Measured with codex-cli 0.169. */
const serverOnly: CodexSettings = {
  'features.goals': false,
  'features.plugins': false,
  'features.apps': false,
  'features.tool_suggest': false,
  'features.skill_search': false,
  'features.hooks': false,
  'agents.enabled': false, // 1 to 10 KB of every request
  'features.sleep_tool': false,
  'features.content_item_kinds': false,
  'skills.include_instructions': false,
  'tools.experimental_request_user_input.enabled': false,
  personality: 'none',
  project_root_markers: [], // the gateway finds instruction files itself; under a permission profile each look costs codex three processes
  include_apps_instructions: false,
  include_collaboration_mode_instructions: false
}

/** What takes Codex's own tools from the model. One in code mode keeps some unless its catalog says otherwise. */
export const withoutTools: CodexSettings = {
  'features.shell_tool': false,
  'features.unified_exec': false,
  'features.view_image': false,
  web_search: 'disabled'
}

/** The settings of a profile: `agent` is Codex without what a server cannot use, `bare` the model and nothing else. */
export function profileSettings(profile: ProfileName, { instructions, catalogs = {} }: ProfileFiles): CodexSettings {
  const { plain, searching } = catalogs
  if (profile === 'agent') return { ...serverOnly, ...(searching !== undefined && { model_catalog_json: searching }) }
  return {
    ...serverOnly,
    ...withoutTools,
    include_environment_context: false,
    include_permissions_instructions: false,
    project_doc_max_bytes: 0,
    model_instructions_file: instructions,
    ...(plain !== undefined && { model_catalog_json: plain })
  }
}

/** Writes what `bare` tells the model, and returns the path. */
export function writeInstructions(codexHome: string): Promise<string> {
  return writeNamed(codexHome, 'Answer the user.', (hash) => `codex-gateway-instructions-${hash}.md`)
}
