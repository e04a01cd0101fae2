import type { GatewayContext } from '../http/state.ts'
import type { ThreadRecord } from '../threads/record.ts'
import type { ThreadSettings } from '../threads/settings.ts'
import { GatewayError } from '../turn/error.ts'
import { settingsOfModel } from './thread-dependencies.ts'
import type { ThreadsDependencies } from './thread-dependencies.ts'
import type { TurnStartRequest } from './thread-requests.ts'

/** Any other sandbox would let commands write outside of the folders that the thread has of its own. */
const outOfPlace = () =>
  new GatewayError(
    'invalid_request',
    "Invalid value for 'sandboxPolicy.type': commands of this thread write in its environment alone; it can be 'readOnly'.",
    { param: 'sandboxPolicy.type' }
  )

/** What a request changes of the settings of its thread, from its turn on. Throws where that is wider than the workspace. */
export async function checkedChanges(
  ctx: GatewayContext,
  request: Omit<TurnStartRequest, 'input' | 'threadId' | 'stream' | 'wait'>,
  thread: ThreadRecord,
  { threads, resolveModel, chooseEffort }: Pick<ThreadsDependencies, 'threads' | 'resolveModel' | 'chooseEffort'>
): Promise<ThreadSettings> {
  const { cwd, approvalPolicy, sandboxPolicy, summary, effort } = request
  if (thread.settings.place && sandboxPolicy && sandboxPolicy.type !== 'readOnly') throw outOfPlace()
  const model = request.model === undefined ? undefined : await resolveModel(request.model, ctx.state.workspace)
  if (model) ctx.state.model = model.name
  const kept = { name: '', stripAnswerTags: false, model: thread.settings.model }
  const chosen = await settingsOfModel(model ?? kept, chooseEffort, effort)
  return threads.checked(
    thread,
    {
      ...(model?.model !== undefined && { model: model.model }),
      ...(chosen.effort !== undefined && { effort: chosen.effort }),
      ...(summary !== undefined && { summary }),
      ...(approvalPolicy !== undefined && { approvalPolicy }),
      ...(cwd !== undefined && { cwd })
    },
    sandboxPolicy
  )
}
