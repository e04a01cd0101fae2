import { bounded, lowered } from './ceiling.ts'
import {
  any,
  collaborationMode,
  dropped,
  empty,
  forced,
  input,
  model,
  modelOrUsual,
  reviewer,
  reviewerOrUser,
  reviewTarget
} from './checks.ts'
import type { Check } from './checks.ts'
import type { FilterContext } from './context.ts'
import { threadConfig } from './thread-config.ts'
import type { JsonObject } from '../../turn/json-object.ts'

/** How a method that is passed on is checked. A parameter that is not named is refused. */
export interface MethodRule {
  readonly parameters: Readonly<Record<string, Check>>
  /** What several of them mean together. Throws `Refused`. */
  readonly together?: (params: JsonObject, context: FilterContext) => JsonObject
}

const takes = (...names: readonly string[]): MethodRule => ({ parameters: all(any, ...names) })

const all = (check: Check, ...names: readonly string[]): Record<string, Check> =>
  Object.fromEntries(names.map((name) => [name, check]))

const thread = 'threadId'
const paged = ['cursor', 'limit'] as const
const folders = { cwds: forced(({ folder }) => [folder]) }
const folder = { cwd: forced(({ folder }) => folder) }

/** Where a thread works. One that the TUI starts without any place, for a title, stays without. */
function placeFor({ environments }: JsonObject, context: FilterContext): JsonObject {
  if (!context.environments) return { cwd: context.folder }
  const list = context.environments()
  return { cwd: list[0]?.cwd ?? '/', ...(environments === undefined && list.length > 0 && { environments: list }) }
}

/** What shapes a thread, whether it is started, resumed or forked. */
const opening: Record<string, Check> = {
  ...all(any, 'approvalPolicy', 'sandbox', 'permissions', 'developerInstructions', 'serviceTier'),
  ...all(dropped, 'modelProvider', 'baseInstructions', 'cwd', 'runtimeWorkspaceRoots'),
  model: modelOrUsual,
  approvalsReviewer: reviewerOrUser,
  config: threadConfig
}

/** The same for one that exists already. */
const reopening: Record<string, Check> = { ...opening, excludeTurns: any, path: empty, threadId: any }

/** What shapes turns: those of a thread from now on, or one that begins. */
const shaping: Record<string, Check> = {
  ...all(any, 'approvalPolicy', 'sandboxPolicy', 'permissions', 'effort', 'summary', 'personality', 'serviceTier'),
  ...all(any, 'disabledPluginIds', 'multiAgentMode'),
  cwd: dropped,
  environments: empty,
  model,
  approvalsReviewer: reviewer,
  collaborationMode
}

const saying: Record<string, Check> = { threadId: any, input, responsesapiClientMetadata: dropped }

/** The same in a turn, at once. */
const sayingNow: Record<string, Check> = {
  ...saying,
  ...all(any, 'clientUserMessageId', 'additionalContext'),
  responsesapiClientMetadataPatch: dropped
}

/**
 * The methods of app-server (codex-cli 0.169) that clients reach, each with all parameters that it may have. Whatever is not here is
 * refused, also what later versions add, until somebody has looked.
 */
export const methods: Readonly<Record<string, MethodRule>> = {
  'account/bedrock/checkGovCloudRequirements': takes(),
  'account/rateLimits/read': takes('excludeResetCreditDetails', 'supportsLunaReserve'),
  'account/read': { parameters: { refreshToken: forced(() => false) } },
  'collaborationMode/list': takes(),
  'config/read': { parameters: { ...folder, includeLayers: forced(() => false) } },
  'configRequirements/read': takes(),
  'environment/info': takes('environmentId'),
  'environment/status': takes('environmentId'),
  'experimentalFeature/list': takes(...paged, thread),
  'hooks/list': { parameters: { ...folders, threadId: any } },
  'mcpServerStatus/list': takes(...paged, 'detail', 'serverName', thread),
  'model/list': { parameters: { ...all(any, ...paged, 'includeHidden'), modelProvider: dropped } },
  'modelProvider/capabilities/read': takes(),
  'permissionProfile/list': { parameters: { ...all(any, ...paged), ...folder } },
  'plugin/installed': { parameters: { ...folders, installSuggestionPluginNames: dropped } },
  'project/list': takes(...paged, 'sortDirection', 'sortKey'),
  'project/read': takes('projectId'),
  'review/start': { parameters: { ...all(any, thread, 'delivery'), target: reviewTarget } },
  'skills/list': { parameters: { ...folders, forceReload: any } },
  'thread/approveGuardianDeniedAction': takes(thread, 'event'),
  'thread/archive': takes(thread),
  'thread/attachment/list': takes(...paged, thread),
  'thread/attachmentOwner/list': takes(...paged, 'archived', 'attachmentType', 'identityKey'),
  'thread/backgroundTerminals/clean': takes(thread),
  'thread/backgroundTerminals/list': takes(...paged, thread),
  'thread/backgroundTerminals/terminate': takes('processId', thread),
  'thread/compact/start': takes(thread),
  'thread/delete': takes(thread),
  'thread/fork': {
    parameters: {
      ...reopening,
      ...all(any, 'attachToSource', 'beforeTurnId', 'deferGoalContinuation', 'ephemeral'),
      ...all(any, 'experimentalDisablePredictionMcp', 'experimentalPredictionMode', 'lastTurnId', 'threadSource')
    },
    together: lowered
  },
  'thread/goal/clear': takes('origin', thread),
  'thread/goal/get': takes(thread),
  'thread/goal/set': takes('objective', 'origin', 'status', thread, 'tokenBudget'),
  'thread/inject_items': takes('items', thread),
  'thread/items/list': takes(...paged, 'deferOutput', 'sortDirection', thread, 'turnId'),
  'thread/items/read': takes('itemIds', thread, 'turnId'),
  'thread/list': takes(
    ...[...paged, 'ancestorThreadId', 'archived', 'attachedToThreadId', 'currentAccountOnly', 'cwd'],
    ...['excludedThreadIds', 'includeAttachedThreads', 'modelProviders', 'originators', 'parentThreadId'],
    ...['projectId', 'searchTerm', 'sectionId', 'sortDirection', 'sortKey', 'sourceKinds', 'useStateDbOnly']
  ),
  'thread/loaded/list': takes(...paged),
  'thread/metadata/update': {
    parameters: { ...all(any, thread, 'gitInfo'), daybreakEnabled: dropped, projectId: empty }
  },
  'thread/name/set': takes('name', thread),
  'thread/prediction/request': takes('sourceTurnId', thread),
  'thread/prepareApprovedPlan': { parameters: { ...all(any, 'markdown', thread), attachmentPath: empty } },
  'thread/queue/add': { parameters: { ...saying, clientUserMessageId: any } },
  'thread/queue/delete': takes('queuedSubmissionId', thread),
  'thread/queue/list': takes(...paged, thread),
  'thread/queue/reorder': takes('queuedSubmissionIds', thread),
  'thread/queue/start': takes('queuedSubmissionId', thread),
  'thread/queue/update': { parameters: { ...saying, queuedSubmissionId: any } },
  'thread/read': takes('includeTurns', thread),
  'thread/readState/update': takes('expectedRevision', 'operation', thread),
  'thread/resume': {
    parameters: { ...reopening, ...all(any, 'initialTurnsPage', 'personality'), history: empty },
    together: lowered
  },
  'thread/revert': takes('beforeTurnId', thread),
  'thread/search': takes(
    ...[...paged, 'archived', 'currentAccountOnly', 'includeAttachedThreads', 'searchTerm'],
    ...['sortDirection', 'sortKey', 'sourceKinds']
  ),
  'thread/searchOccurrences': takes(...paged, 'searchTerm', thread),
  'thread/section/move': takes('beforeThreadId', 'sectionId', thread),
  'thread/settings/update': { parameters: { ...shaping, threadId: any }, together: bounded },
  'thread/start': {
    parameters: {
      ...opening,
      ...all(any, 'dynamicTools', 'ephemeral', 'historyMode', 'multiAgentMode', 'personality', 'serviceName'),
      ...all(any, 'sessionStartSource', 'threadSource'),
      ...all(dropped, 'allowProviderModelFallback', 'daybreakEnabled', 'mockExperimentalField'),
      experimentalRawEvents: forced(() => true), // by which each answer of the model is counted, reviews and compactions too

      ...all(dropped, 'projectId', 'selectedCapabilityRoots'),
      environments: (value) => (Array.isArray(value) && value.length === 0 ? [] : undefined)
    },
    together: (params, context) => ({ ...lowered(params, context), ...placeFor(params, context) })
  },
  'thread/timeline/list': takes(...paged, thread),
  'thread/turns/list': takes(...paged, 'itemsView', 'sortDirection', thread),
  'thread/unarchive': takes(thread),
  'thread/unsubscribe': takes(thread),
  'threadSection/create': takes('appearance', 'name'),
  'threadSection/delete': takes('sectionId'),
  'threadSection/list': takes(...paged),
  'threadSection/update': takes('appearance', 'name', 'sectionId'),
  'turn/interrupt': takes(thread, 'turnId'),
  'turn/settings/update': {
    parameters: {
      ...all(any, thread, 'turnId', 'effort', 'serviceTier', 'summary'),
      ...{ model, approvalsReviewer: reviewer, environments: empty }
    }
  },
  'turn/start': {
    parameters: {
      ...shaping,
      ...sayingNow,
      ...all(any, 'outputSchema', 'parentTurnId', 'rootTurnId', 'serviceTierForTurn', 'turnTrigger'),
      ...{ cyberAccessProgram: dropped, runtimeWorkspaceRoots: dropped, toolOutput: empty }
    },
    together: bounded
  },
  'turn/steer': { parameters: { ...sayingNow, expectedTurnId: any } }
}
