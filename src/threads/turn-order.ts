import type { AppServerCalls } from './calls.ts'
import { codexInput } from './input.ts'
import type { InputChecks, InputPart } from './input.ts'
import { folderParams } from '../engines/app-server/thread/thread-request.ts'
import { asking, threadFolder } from './opening.ts'
import type { ThreadRecord } from './record.ts'
import type { ThreadTurnOrder } from './run.ts'
import { sandboxPolicyOf } from './sandbox-policy.ts'
import type { ThreadSettings } from './settings.ts'
import { isSkillIn } from './skills.ts'
import type { Workspaces } from '../workspaces/workspace.ts'

/** A message and what changes with it, checked as far as that needs no workspace. */
export interface TurnWish {
  input: readonly InputPart[]
  /** What changes from this turn on: `serviceTier`, where it is there and undefined, to that of the model. */
  changes: ThreadSettings
  outputSchema?: Record<string, unknown> | undefined
}

/** What a request checks its message with. */
export interface MessageChecks extends Pick<InputChecks, 'readImage' | 'reserve'> {
  signal: AbortSignal
  /** The id of the API key that it was sent with. */
  key?: string | undefined
}

export interface TurnOrderOptions extends MessageChecks {
  workspaces: Workspaces
  calls: AppServerCalls
}

/** Characters of a message that lists show. */
const previewLength = 500

/** The parts of a message as codex is given them. Throws a `GatewayError` that names one that is refused. */
export async function messageOf(
  thread: ThreadRecord,
  input: readonly InputPart[],
  { workspaces, calls, signal, ...checks }: TurnOrderOptions,
  settings = thread.settings
): Promise<object[]> {
  const workspace = await workspaces.get(thread.workspace)
  const cwd = threadFolder(workspace, settings)
  const isSkill = (path: string) => calls.on(thread, signal, (place) => isSkillIn(place, cwd, path))
  return codexInput(input, { ...checks, folder: workspace.folder, cwd, isSkill })
}

/** A turn with a message. Throws a `GatewayError` that names the field at fault. */
export async function turnOrderOf(
  thread: ThreadRecord,
  { input, changes, outputSchema }: TurnWish,
  options: TurnOrderOptions
): Promise<ThreadTurnOrder> {
  const settings = { ...thread.settings, ...changes }
  const message = await messageOf(thread, input, options, settings)
  const { model, effort, summary, serviceTier, approvalPolicy, approvals, sandbox } = changes
  return {
    thread,
    settings,
    preview: textOf(input).slice(0, previewLength),
    begin: (workspace) => ({
      method: 'turn/start',
      params: {
        input: message,
        ...(settings.cwd !== undefined && folderParams(workspace, threadFolder(workspace, settings))),
        ...(settings.place && folderParams({ folder: settings.place.cwd }, settings.place.cwd)),
        ...(model !== undefined && { model }),
        ...(effort !== undefined && { effort }),
        ...(summary !== undefined && { summary }),
        ...('serviceTier' in changes && { serviceTier: serviceTier ?? null }),
        ...(approvals && asking[approvals]),
        ...(approvalPolicy !== undefined && { approvalPolicy }),
        ...(sandbox !== undefined && { sandboxPolicy: sandboxPolicyOf(sandbox, workspace) }),
        ...(outputSchema !== undefined && { outputSchema })
      }
    })
  }
}

export function textOf(input: readonly InputPart[]): string {
  return input.flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n')
}
