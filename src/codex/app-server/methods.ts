/**
 * A method of app-server that callers reach through a route of the gateway. Its parameters are of three kinds, and together
 * all that codex-cli 0.169 knows: nothing that a caller writes is passed on because codex would take it.
 */
export interface ExposedMethod {
  /** The route that ends in a call of it. */
  readonly route: string
  /** Parameters that callers choose, each checked by the route. */
  readonly caller: readonly string[]
  /** Parameters that the gateway sets. */
  readonly forced: readonly string[]
  /** Parameters that are never sent: they reach beyond the workspace, or nobody needs them. */
  readonly never: readonly string[]
}

const exposed = (
  route: string,
  caller: readonly string[],
  { forced = [], never = [] }: Partial<Pick<ExposedMethod, 'forced' | 'never'>> = {}
): ExposedMethod => ({ route, caller, forced, never })

const thread = ['threadId']

/** What shapes a thread: the same for one that is started, resumed or forked. */
const settings = {
  forced: ['config', 'developerInstructions', 'ephemeral', 'historyMode', 'excludeTurns', 'runtimeWorkspaceRoots'],
  never: [
    'allowProviderModelFallback',
    'approvalsReviewer',
    'attachToSource',
    'baseInstructions', // in place of codex's own
    'daybreakEnabled',
    'deferGoalContinuation',
    'dynamicTools',
    'environments', // other machines
    'experimentalDisablePredictionMcp',
    'experimentalPredictionMode',
    'experimentalRawEvents',
    'history', // a thread from memory
    'initialTurnsPage',
    'mockExperimentalField',
    'modelProvider', // would send the provider's key elsewhere
    'multiAgentMode',
    'path', // any file
    'permissions', // in place of the sandbox
    'personality', // has no effect any more
    'projectId',
    'selectedCapabilityRoots', // any folder
    'serviceName',
    'serviceTier',
    'sessionStartSource',
    'threadSource'
  ]
}

/** Of `settings`, what this method has. */
const settingsOf = (...names: readonly string[]) => ({
  forced: settings.forced.filter((name) => names.includes(name)),
  never: settings.never.filter((name) => names.includes(name))
})

const opening = ['approvalPolicy', 'cwd', 'model', 'sandbox']
const openings = ['approvalsReviewer', 'baseInstructions', 'config', 'developerInstructions', 'modelProvider']
const more = ['permissions', 'runtimeWorkspaceRoots', 'serviceTier']

export const exposedMethods = {
  'thread/start': exposed('POST /api/thread/start', opening, {
    ...settingsOf(
      ...openings,
      ...more,
      ...['allowProviderModelFallback', 'daybreakEnabled', 'dynamicTools', 'environments', 'ephemeral'],
      ...[
        'experimentalRawEvents',
        'historyMode',
        'mockExperimentalField',
        'multiAgentMode',
        'personality',
        'projectId'
      ],
      ...['selectedCapabilityRoots', 'serviceName', 'sessionStartSource', 'threadSource']
    )
  }),
  'thread/resume': exposed('POST /api/thread/resume', [...thread, ...opening], {
    ...settingsOf(...openings, ...more, 'excludeTurns', 'history', 'initialTurnsPage', 'path', 'personality')
  }),
  'thread/fork': exposed('POST /api/thread/fork', [...thread, ...opening, 'lastTurnId', 'beforeTurnId'], {
    ...settingsOf(
      ...openings,
      ...more,
      ...['attachToSource', 'deferGoalContinuation', 'ephemeral', 'excludeTurns', 'experimentalDisablePredictionMcp'],
      ...['experimentalPredictionMode', 'path', 'threadSource']
    )
  }),
  'thread/archive': exposed('POST /api/thread/archive', thread),
  'thread/unarchive': exposed('POST /api/thread/unarchive', thread),
  'thread/name/set': exposed('POST /api/thread/name/set', [...thread, 'name']),
  'thread/compact/start': exposed('POST /api/thread/compact/start', thread),
  'thread/revert': exposed('POST /api/thread/revert', [...thread, 'beforeTurnId']),
  'thread/delete': exposed('DELETE /api/threads/{id}', thread),
  'thread/turns/list': exposed('GET /api/threads/{id}/turns', [
    ...thread,
    ...['cursor', 'limit', 'sortDirection', 'itemsView']
  ]),
  'thread/items/list': exposed(
    'GET /api/threads/{id}/items',
    [...thread, 'turnId', 'cursor', 'limit', 'sortDirection'],
    { never: ['deferOutput'] }
  ),
  'turn/start': exposed(
    'POST /api/turn/start',
    [...thread, ...['input', 'cwd', 'approvalPolicy', 'sandboxPolicy', 'model', 'effort', 'summary', 'outputSchema']],
    {
      forced: ['runtimeWorkspaceRoots'],
      never: [
        ...['additionalContext', 'approvalsReviewer', 'clientUserMessageId', 'collaborationMode', 'cyberAccessProgram'],
        ...['disabledPluginIds', 'environments', 'multiAgentMode', 'parentTurnId', 'permissions', 'personality'],
        ...['responsesapiClientMetadata', 'responsesapiClientMetadataPatch', 'rootTurnId', 'serviceTier'],
        ...['serviceTierForTurn', 'toolOutput', 'turnTrigger']
      ]
    }
  ),
  'turn/steer': exposed('POST /api/turn/steer', [...thread, 'input', 'expectedTurnId'], {
    never: [
      ...['additionalContext', 'clientUserMessageId', 'responsesapiClientMetadata', 'responsesapiClientMetadataPatch']
    ]
  }),
  'turn/interrupt': exposed('POST /api/turn/interrupt', [...thread, 'turnId']),
  'review/start': exposed('POST /api/review/start', [...thread, 'target'], { forced: ['delivery'] }),
  'skills/list': exposed('POST /api/skills/list', ['cwds', 'forceReload']),
  'skills/config/write': exposed('POST /api/skills/config/write', ['path', 'enabled'], { never: ['name'] }),
  'model/list': exposed('GET /api/models', ['cursor', 'limit', 'includeHidden'], { never: ['modelProvider'] }),
  'permissionProfile/list': exposed('GET /api/permission-profiles', ['cursor', 'limit'], { forced: ['cwd'] }),
  'account/rateLimits/read': exposed('GET /api/account/rate-limits', [])
} satisfies Record<string, ExposedMethod>

/** Methods that the gateway calls for its own ends, with parameters of its own. */
export const insideMethods = {
  initialize: 'the handshake',
  'thread/inject_items': 'puts the history that a client sent into a thread of its own',
  'thread/unsubscribe': 'unloads a thread',
  'thread/backgroundTerminals/clean': 'ends what the commands of a turn left running'
} satisfies Record<string, string>

/** What the gateway may call. All else is in `refusedMethods`, or unknown. */
export type AppServerMethod = keyof typeof exposedMethods | keyof typeof insideMethods

export function isReachable(method: string): method is AppServerMethod {
  return Object.hasOwn(exposedMethods, method) || Object.hasOwn(insideMethods, method)
}
