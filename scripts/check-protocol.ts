import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import ts from '@typescript/typescript6'
import { exposedMethods, insideMethods } from '../src/codex/app-server/methods.ts'

/**
 * The messages of app-server that this gateway writes and reads: methods by direction, and by type the fields it relies
 * on.
 */
export const used = {
  ClientRequest: [...Object.keys(insideMethods), ...Object.keys(exposedMethods)],
  ServerNotification: [
    'turn/started',
    'turn/completed',
    'item/started',
    'item/completed',
    'item/agentMessage/delta',
    'item/reasoning/summaryTextDelta',
    'item/reasoning/summaryPartAdded',
    'item/reasoning/textDelta',
    'item/commandExecution/outputDelta',
    'turn/plan/updated',
    'rawResponseItem/completed',
    'rawResponse/completed',
    'thread/tokenUsage/updated',
    'thread/closed',
    'error',
    'account/rateLimits/updated'
  ],
  fields: {
    InitializeParams: ['clientInfo', 'capabilities'],
    InitializeCapabilities: ['experimentalApi', 'requestAttestation', 'optOutNotificationMethods'],
    InitializeResponse: ['userAgent'],
    'v2/ThreadStartParams': [
      'model',
      'cwd',
      'sandbox',
      'developerInstructions',
      'config',
      'ephemeral',
      'historyMode',
      'approvalPolicy',
      'dynamicTools',
      'experimentalRawEvents'
    ],
    'v2/ThreadResumeParams': ['threadId', 'model', 'cwd', 'sandbox', 'developerInstructions', 'config', 'excludeTurns'],
    'v2/ThreadForkParams': ['threadId', 'ephemeral', 'excludeTurns', 'lastTurnId', 'beforeTurnId'],
    'v2/DynamicToolFunctionSpec': ['name', 'description', 'inputSchema'],
    'v2/ThreadInjectItemsParams': ['threadId', 'items'],
    'v2/TurnStartParams': [
      'threadId',
      'input',
      'effort',
      'outputSchema',
      'cwd',
      'runtimeWorkspaceRoots',
      'model',
      'summary',
      'approvalPolicy',
      'sandboxPolicy'
    ],
    'v2/TurnInterruptParams': ['threadId', 'turnId'],
    'v2/TurnSteerParams': ['threadId', 'input', 'expectedTurnId'],
    'v2/ReviewStartParams': ['threadId', 'target', 'delivery'],
    'v2/ThreadTurnsListParams': ['threadId', 'cursor', 'limit', 'sortDirection', 'itemsView'],
    'v2/ThreadTurnsListResponse': ['data', 'nextCursor', 'backwardsCursor'],
    'v2/ThreadItemsListParams': ['threadId', 'turnId', 'cursor', 'limit', 'sortDirection'],
    'v2/ThreadItemsListResponse': ['data', 'nextCursor', 'backwardsCursor'],
    'v2/ThreadItemEntry': ['turnId', 'item'],
    'v2/ThreadSetNameParams': ['threadId', 'name'],
    'v2/ThreadRevertParams': ['threadId', 'beforeTurnId'],
    'v2/SkillsListParams': ['cwds', 'forceReload'],
    'v2/SkillsListEntry': ['cwd', 'skills', 'errors'],
    'v2/SkillMetadata': ['name', 'description', 'path', 'scope', 'enabled'],
    'v2/SkillsConfigWriteParams': ['path', 'enabled'],
    'v2/SkillsConfigWriteResponse': ['effectiveEnabled'],
    'v2/PermissionProfileListParams': ['cursor', 'limit', 'cwd'],
    'v2/PermissionProfileSummary': ['id', 'description', 'allowed'],
    'v2/ThreadUnsubscribeParams': ['threadId'],
    'v2/ThreadBackgroundTerminalsCleanParams': ['threadId'],
    'v2/ModelListParams': ['cursor', 'includeHidden'],
    'v2/ModelListResponse': ['data', 'nextCursor'],
    'v2/Model': ['id', 'isDefault', 'hidden'],
    'v2/TurnStartResponse': ['turn'],
    'v2/Turn': ['id', 'status', 'error', 'items', 'itemsView', 'startedAt', 'completedAt', 'durationMs'],
    'v2/TurnError': ['message', 'codexErrorInfo'],
    'v2/TurnStartedNotification': ['threadId', 'turn'],
    'v2/TurnCompletedNotification': ['threadId', 'turn'],
    'v2/ItemStartedNotification': ['item', 'threadId', 'turnId'],
    'v2/ItemCompletedNotification': ['item', 'threadId', 'turnId'],
    'v2/AgentMessageDeltaNotification': ['threadId', 'turnId', 'itemId', 'delta'],
    'v2/ReasoningSummaryTextDeltaNotification': ['threadId', 'turnId', 'itemId', 'delta'],
    'v2/ReasoningSummaryPartAddedNotification': ['threadId', 'turnId', 'itemId', 'summaryIndex'],
    'v2/ReasoningTextDeltaNotification': ['threadId', 'turnId', 'itemId', 'delta'],
    'v2/CommandExecutionOutputDeltaNotification': ['threadId', 'turnId', 'itemId', 'delta'],
    'v2/TurnPlanUpdatedNotification': ['threadId', 'turnId', 'plan'],
    'v2/TurnPlanStep': ['step', 'status'],
    'v2/RawResponseItemCompletedNotification': ['threadId', 'turnId', 'item'],
    'v2/RawResponseCompletedNotification': ['threadId', 'turnId', 'usage'],
    'v2/ThreadTokenUsageUpdatedNotification': ['threadId', 'turnId', 'tokenUsage'],
    'v2/ThreadTokenUsage': ['total', 'last'],
    'v2/TokenUsageBreakdown': ['inputTokens', 'cachedInputTokens', 'outputTokens', 'reasoningOutputTokens'],
    'v2/ThreadClosedNotification': ['threadId'],
    'v2/ErrorNotification': ['threadId', 'turnId', 'willRetry'],
    'v2/AccountRateLimitsUpdatedNotification': ['rateLimits'],
    'v2/RateLimitSnapshot': ['primary', 'secondary'],
    'v2/RateLimitWindow': ['usedPercent', 'resetsAt'],
    'v2/DynamicToolCallParams': ['threadId', 'turnId', 'callId', 'tool', 'arguments'],
    'v2/DynamicToolCallResponse': ['contentItems', 'success'],
    'v2/CommandExecutionRequestApprovalResponse': ['decision'],
    'v2/FileChangeRequestApprovalResponse': ['decision'],
    'v2/PermissionsRequestApprovalResponse': ['permissions', 'scope'],
    'v2/ToolRequestUserInputResponse': ['answers'],
    'v2/McpServerElicitationRequestResponse': ['action', 'content', '_meta'],
    'v2/CurrentTimeReadResponse': ['currentTimeAt']
  },
  /** Whole types: a new variant of one of these is news. */
  whole: [
    'v2/ThreadItem',
    'v2/DynamicToolSpec',
    'v2/TurnStatus',
    'v2/CodexErrorInfo',
    'v2/UserInput',
    'v2/SandboxMode',
    'v2/SandboxPolicy',
    'v2/ReviewTarget',
    'v2/TurnItemsView',
    'MessagePhase',
    'ReviewDecision',
    'v2/CommandExecutionApprovalDecision',
    'v2/FileChangeApprovalDecision'
  ]
} as const

/**
 * What the installed codex says of every message we use: `Type.field` or a method, and its type as text. Missing ones
 * are absent.
 */
export async function protocolOf(binary: string): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'codex-protocol-'))
  try {
    await execa(binary, ['app-server', 'generate-ts', '--out', folder, '--experimental'], {
      env: { CODEX_HOME: folder },
      stdin: 'ignore'
    })
    return Object.fromEntries(await partsIn(folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function partsIn(folder: string): Promise<[string, string][]> {
  const parts: [string, string][] = []
  for (const [type, fields] of Object.entries(used.fields)) {
    const members = await membersOf(folder, type)
    for (const field of fields) if (members.has(field)) parts.push([`${type}.${field}`, members.get(field)!])
  }
  for (const kind of ['ClientRequest', 'ServerNotification', 'ServerRequest'] as const) {
    const methods = await methodsOf(folder, kind)
    const wanted: readonly string[] = kind === 'ServerRequest' ? [...methods.keys()] : used[kind]
    for (const method of wanted) if (methods.has(method)) parts.push([`${kind} ${method}`, methods.get(method)!])
  }
  for (const type of used.whole) parts.push([type, textOf(await typeIn(folder, type))])
  return parts
}

async function typeIn(folder: string, type: string): Promise<ts.TypeNode> {
  const source = ts.createSourceFile(
    type,
    await readFile(join(folder, `${type}.ts`), 'utf8'),
    ts.ScriptTarget.Latest,
    true
  )
  const alias = source.statements.find(ts.isTypeAliasDeclaration)
  if (!alias) throw new Error(`${type} is not declared`)
  return alias.type
}

/** The fields of an object type, and of every part of a union or an intersection. */
async function membersOf(folder: string, type: string): Promise<Map<string, string>> {
  const members = new Map<string, string>()
  const visit = (node: ts.TypeNode): void => {
    if (ts.isTypeLiteralNode(node)) {
      for (const member of node.members)
        if (ts.isPropertySignature(member) && member.type)
          members.set(nameOf(member.name), `${member.questionToken ? 'optional ' : ''}${textOf(member.type)}`)
    } else if (ts.isUnionTypeNode(node) || ts.isIntersectionTypeNode(node)) node.types.forEach(visit)
    else if (ts.isParenthesizedTypeNode(node)) visit(node.type)
  }
  visit(await typeIn(folder, type))
  return members
}

/** The methods of a union of messages, with the type of their parameters. */
async function methodsOf(folder: string, kind: string): Promise<Map<string, string>> {
  const union = await typeIn(folder, kind)
  const messages = ts.isUnionTypeNode(union) ? union.types.filter(ts.isTypeLiteralNode) : []
  return new Map(
    messages.map((message) => {
      const field = (name: string) =>
        message.members.filter(ts.isPropertySignature).find((member) => nameOf(member.name) === name)?.type
      const method = field('method')
      return [
        method && ts.isLiteralTypeNode(method) && ts.isStringLiteral(method.literal) ? method.literal.text : '',
        textOf(field('params'))
      ]
    })
  )
}

const nameOf = (name: ts.PropertyName) =>
  ts.isStringLiteral(name) || ts.isIdentifier(name) ? name.text : name.getText()

/** Without comments, on one line. */
const printer = ts.createPrinter({ removeComments: true })
function textOf(node: ts.Node | undefined): string {
  return node ? printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()).replaceAll(/\s+/g, ' ') : ''
}
