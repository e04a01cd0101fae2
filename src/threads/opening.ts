import { join } from 'node:path'
import { projectInstructionsAt } from '../codex/project/project-instructions.ts'
import { settingsFrom } from '../engines/app-server/thread/thread-request.ts'
import type { TurnPlan } from '../engines/app-server/thread/thread-request.ts'
import type { Workspace } from '../workspaces/workspace.ts'
import { narrowerSandbox } from '../turn/sandbox.ts'
import { dynamicToolsFrom } from './functions.ts'
import type { ThreadSettings } from './settings.ts'

type Opening = TurnPlan['open']

/** A new thread, whose history can be paged through, reverted and forked (`paginated`). */
export async function startOf(workspace: Workspace, settings: ThreadSettings): Promise<Opening> {
  const isAgent = (settings.profile ?? workspace.profile) === 'agent' && settings.place === undefined
  const project = isAgent ? await projectInstructionsAt(threadFolder(workspace, settings)) : undefined
  const instructions = [project, settings.instructions].filter((text) => text).join('\n\n')
  const tools = dynamicToolsFrom(settings.functions ?? [])
  return {
    method: 'thread/start',
    params: {
      ...paramsOf(workspace, settings),
      ephemeral: false,
      historyMode: 'paginated',
      ...(instructions !== '' && { developerInstructions: instructions }),
      ...(tools.length > 0 && { dynamicTools: tools })
    }
  }
}

export function resumeOf(workspace: Workspace, settings: ThreadSettings, threadId: string): Opening {
  return { method: 'thread/resume', params: { ...paramsOf(workspace, settings), threadId, excludeTurns: true } }
}

export interface ForkPoint {
  /** The fork ends with this turn. */
  lastTurnId?: string | undefined
  /** It ends before this one. */
  beforeTurnId?: string | undefined
}

export function forkOf(workspace: Workspace, settings: ThreadSettings, threadId: string, point: ForkPoint): Opening {
  const params = { ...paramsOf(workspace, settings), ...point, threadId, excludeTurns: true, ephemeral: false }
  return { method: 'thread/fork', params }
}

/** Only servers of tools may ask; or a reviewer decides, which costs requests to the model. */
export const asking = {
  client: {
    approvalPolicy: { granular: { mcp_elicitations: true, rules: false, sandbox_approval: false } },
    approvalsReviewer: 'user'
  },
  reviewer: { approvalPolicy: 'on-request', approvalsReviewer: 'auto_review' }
} as const

/** A thread is always opened in the workspace's folder: see `folderParams`. */
function paramsOf(workspace: Workspace, settings: ThreadSettings): Opening['params'] {
  const { model, profile, effort, summary, approvalPolicy, verbosity, serviceTier, webSearch } = settings
  const sandbox = narrowerSandbox(settings.sandbox ?? workspace.sandbox, workspace.sandbox)
  const catalog = catalogFor(settings, workspace)
  const place = { workspace, home: workspace.homes.persistent }
  const { config, ...given } = settingsFrom(
    { input: [], model, profile, sandbox, verbosity, serviceTier, webSearch, commandEnv: settings.place?.env },
    place,
    undefined
  )
  const { sandbox: _, ...unbounded } = { sandbox, ...given }
  const params = settings.place ? unbounded : given // a permission profile cannot go with a sandbox
  const wanted = effort ?? workspace.effort
  return {
    ...params,
    ...(approvalPolicy !== undefined && { approvalPolicy }),
    ...(settings.approvals && asking[settings.approvals]),
    config: {
      ...config,
      ...(wanted !== undefined && { model_reasoning_effort: wanted }),
      ...(summary !== undefined && { model_reasoning_summary: summary }),
      ...((profile ?? workspace.profile) === 'agent' && { 'skills.include_instructions': true }), // they can be seen and switched here
      ...(catalog !== undefined && { model_catalog_json: catalog }),
      ...(settings.withoutServers && withoutServers(workspace)),
      ...(settings.place && place.home.bounds.within(settings.place)),
      ...settings.config
    }
  }
}

/** The catalog of models that can search for functions, or lead others; undefined where its profile has the right one. */
function catalogFor({ profile, functions = [], team }: ThreadSettings, workspace: Workspace): string | undefined {
  if (profile !== 'bare') return undefined
  if (functions.some(({ deferred }) => deferred)) return workspace.capableCatalog
  return team ? workspace.leadingCatalog : undefined
}

const withoutServers = ({ userConfig }: Workspace) =>
  Object.fromEntries(userConfig.mcpServers.map((name) => [`mcp_servers.${name}.enabled`, false]))

/** Where the turns of a thread work. */
export function threadFolder(workspace: Workspace, { cwd = '', place }: ThreadSettings): string {
  return place?.cwd ?? join(workspace.folder, cwd)
}
