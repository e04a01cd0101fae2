import { modelSettings, searchSettings } from '../../../codex/home/model-settings.ts'
import { commandEnvironment } from '../../../codex/home/settings.ts'
import { GatewayError } from '../../../turn/error.ts'
import type { HistoryItem, TurnRequest, TurnThread, UserInput } from '../../../turn/request.ts'
import { isPersistent, unsentPart } from '../../../turn/thread.ts'
import type { TurnPlace, Workspace } from '../../../workspaces/workspace.ts'
import { responseItemsFrom, threadContentFrom } from './response-items.ts'
import type { ResponseItem } from './response-items.ts'
import { toolNames } from './tool-names.ts'
import { dynamicTools, withoutOwnTools } from './tools.ts'
import type { OfferedTools } from './tools.ts'

/** A turn as calls of app-server: the parameters of each, in the order they are made. */
export interface TurnPlan {
  open: {
    method: 'thread/start' | 'thread/resume' | 'thread/fork'
    params: Record<string, unknown> & { config: object }
  }
  inject: ResponseItem[]
  start: { input: object[]; effort?: string; outputSchema?: unknown; cwd?: string; runtimeWorkspaceRoots?: string[] }
  tools: OfferedTools | undefined
  /** Whether Codex has tools of its own, so that messages may come before the answer. */
  mayWork: boolean
  /** Whether a text that is not complete may be discarded. */
  discardable?: boolean | undefined
  /** Whether a later turn may resume the thread by its id. */
  persistent: boolean
}

/** Throws `invalid_request`. */
export function turnPlanFrom(request: TurnRequest, place: TurnPlace): TurnPlan {
  const tools = dynamicTools(request)
  const thread = request.thread ?? { kind: 'new' }
  if (tools && thread.kind !== 'new')
    throw new GatewayError('unsupported', 'Tools cannot be added to a thread that exists already.', { param: 'tools' })
  const effort = request.effort ?? place.workspace.effort
  return {
    start: {
      input: request.input.map(inputPartFrom),
      ...(effort !== undefined && { effort }),
      ...(place.folder !== undefined && folderParams(place.workspace, place.folder)),
      ...(request.outputSchema !== undefined && { outputSchema: request.outputSchema })
    },
    tools,
    mayWork: Boolean(request.webSearch) || (!tools && (request.profile ?? place.workspace.profile) === 'agent'),
    discardable: request.discardable,
    persistent: isPersistent(request),
    ...(thread.kind === 'new' ? newThread(request, place, tools) : existingThread(request, thread, place))
  }
}

/**
 * What a turn is told of its folder, which lies in that of the workspace. What it may write is the whole workspace and not only
 * its folder: a command could put a link to elsewhere in the folder's place, and codex would let it write there. For the same
 * reason its thread is opened in the workspace's folder: codex would read the configuration of any other, and start what it
 * names (codex-cli 0.169).
 */
export function folderParams({ folder }: Pick<Workspace, 'folder'>, cwd: string) {
  return { cwd, runtimeWorkspaceRoots: [folder] }
}

function newThread(
  request: TurnRequest,
  place: TurnPlace,
  tools: OfferedTools | undefined
): Pick<TurnPlan, 'open' | 'inject'> {
  const { instructions, items } = threadContentFrom(historyFor(request, tools), request.instructions)
  const params = Object.assign(settingsFrom(request, place, tools), {
    developerInstructions: instructions,
    // A paginated thread's forks hold on to it, and codex's database to its text (codex-cli 0.169).
    ...(isPersistent(request) ? { ephemeral: false, historyMode: 'legacy' } : { ephemeral: true }),
    experimentalRawEvents: true, // the tokens of each response, when it is complete, and arguments as the model wrote them
    ...(tools && { dynamicTools: tools.dynamicTools })
  })
  return {
    open: { method: 'thread/start', params },
    inject: tools?.instruction === undefined ? items : [...items, developerMessage(tools.instruction)]
  }
}

/** The history with the names that the model reads now. */
function historyFor({ history = [] }: TurnRequest, tools: OfferedTools | undefined): readonly HistoryItem[] {
  const { toCodex } = tools?.names ?? toolNames([])
  return history.map((item) => (item.type === 'tool_call' ? { ...item, name: toCodex(item.name) } : item))
}

function existingThread(
  request: TurnRequest,
  thread: Exclude<TurnThread, { kind: 'new' }>,
  place: TurnPlace
): Pick<TurnPlan, 'open' | 'inject'> {
  const params = { ...settingsFrom(request, place, undefined), threadId: thread.id, excludeTurns: true }
  return {
    open:
      thread.kind === 'resume'
        ? { method: 'thread/resume', params }
        : { method: 'thread/fork', params: { ...params, lastTurnId: thread.afterTurn, ephemeral: false } },
    inject: responseItemsFrom(unsentPart(request).history ?? [])
  }
}

/** What makes a thread one of this workspace: its model, folder and bounds, and all settings of codex. */
export function settingsFrom(request: TurnRequest, place: TurnPlace, tools: OfferedTools | undefined) {
  return {
    model: request.model ?? place.workspace.model,
    cwd: place.workspace.folder,
    ...boundsFrom(request, place, tools)
  }
}

/** What commands may do, where there can be any. A permission profile cannot go with a sandbox. */
function boundsFrom(request: TurnRequest, place: TurnPlace, tools: OfferedTools | undefined) {
  const sandbox = request.sandbox ?? place.workspace.sandbox
  const commands = !tools && (request.profile ?? place.workspace.profile) === 'agent'
  const bounds = commands ? place.home.bounds(sandbox) : undefined
  const config = configFrom(request, place, tools)
  return bounds === undefined ? { sandbox, config } : { config: { ...config, ...bounds } }
}

/** A turn with the caller's tools is bare: all that Codex's instructions tell of, its shell and its folder, is not there. */
function configFrom(request: TurnRequest, { workspace }: TurnPlace, tools: OfferedTools | undefined): object {
  const { settings, profiles, addDirs, plainCatalog, userConfig } = workspace
  const profile = tools && !request.codexInstructions ? 'bare' : (request.profile ?? workspace.profile)
  return Object.assign(
    {}, // a literal that begins with a spread would take six times as long
    settings,
    profiles[profile],
    modelSettings(request),
    addDirs.length > 0 && { 'sandbox_workspace_write.writable_roots': addDirs },
    tools && withoutOwnTools(userConfig.mcpServers),
    tools && plainCatalog !== undefined && { model_catalog_json: plainCatalog },
    searchSettings(request),
    request.commandEnv && commandEnvironment(request.commandEnv),
    { thread_unload_delay_secs: 0 } // a thread without a subscriber is unloaded at once
  ) as object
}

function developerMessage(text: string): ResponseItem {
  return { type: 'message', role: 'developer', content: [{ type: 'input_text', text }] }
}

/** A part of a user's message as `turn/start` and `turn/steer` take it. */
export function inputPartFrom(part: UserInput): object {
  return part.type === 'text' ? { type: 'text', text: part.text, text_elements: [] } : { type: 'image', url: part.url }
}
