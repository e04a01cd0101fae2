import { z } from 'zod'
import { apiRefusal } from '../access/apis.ts'
import { workspaceFor } from '../access/workspaces.ts'
import type { WorkspaceDirectory } from '../access/workspaces.ts'
import type { Api, ApiContext, Operation } from '../http/api.ts'
import type { ReadBody } from '../http/body/body.ts'
import { GatewayError } from '../turn/error.ts'
import { isWorkspaceId } from '../turn/workspace-id.ts'
import type { SharedCodex } from '../workspaces/shared/shared-codex.ts'

export interface OperatorDependencies {
  /** Undefined where nothing of it has been used. */
  sharedOf: (id: string) => SharedCodex | undefined
  directory: WorkspaceDirectory
  readBody: ReadBody
  /** Takes a line for the log. */
  note: (fields: object, message: string) => void
}

const force = z.object({
  force: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: '`true`: also while turns are at work, which are interrupted.' })
})
const accepted = z.object({ id: z.string(), object: z.literal('workspace'), state: z.literal('stopped') })
const restartRequest = z.looseObject({ workspaceId: z.string().min(1) })

/** Stops and restarts the app-server that the remote clients of a workspace share. What is stored stays. */
export function operatorApi(dependencies: OperatorDependencies): Api {
  const stop = (action: 'restart' | 'stop'): Pick<Operation, 'query' | 'answer' | 'failures' | 'handle'> => ({
    query: force,
    answer: accepted,
    failures: [404, 409],
    async handle(ctx) {
      const id = ctx.params['id'] ?? ''
      await stopShared(ctx, id, { action, isForced: ctx.query['force'] === 'true' }, dependencies)
      ctx.status = 202
      ctx.body = { id, object: 'workspace', state: 'stopped' }
    }
  })
  return {
    operations: [
      {
        method: 'post',
        path: '/workspaces/{id}/restart',
        summary:
          'Stop the app-server that remote clients share; it starts again when the first of them is back, which is at once.',
        forRemote: true,
        ...stop('restart')
      },
      {
        method: 'post',
        path: '/workspaces/{id}/stop',
        summary:
          'Stop the app-server that remote clients share. It starts when a client comes. Nothing stored is deleted.',
        ...stop('stop')
      },
      {
        method: 'delete',
        path: '/workspaces/{id}',
        summary: 'The same as `POST /workspaces/{id}/stop`: nothing stored is deleted.',
        ...stop('stop')
      },
      {
        method: 'post',
        path: '/admin/sessions/restart',
        summary: 'The same as `POST /workspaces/{id}/restart?force=true`, with the id in the body.',
        forRemote: true,
        body: restartRequest,
        answer: z.null(),
        failures: [404],
        async handle(ctx) {
          const parsed = restartRequest.safeParse(await dependencies.readBody(ctx))
          if (!parsed.success)
            throw new GatewayError('invalid_request', "'workspaceId' must be the id of a workspace.", {
              param: 'workspaceId'
            })
          await stopShared(ctx, parsed.data.workspaceId, { action: 'restart', isForced: true }, dependencies)
          ctx.status = 204
        }
      }
    ]
  }
}

async function stopShared(
  ctx: ApiContext,
  id: string,
  { action, isForced }: { action: 'restart' | 'stop'; isForced: boolean },
  { sharedOf, directory, note }: OperatorDependencies
): Promise<void> {
  const { principal } = ctx.state
  const refusal = principal.key && apiRefusal(principal, '/remote') // its path is open to every key
  if (refusal) throw refusal
  const found = isWorkspaceId(id) ? workspaceFor({ path: id }, principal, directory) : undefined
  if (!found) throw new GatewayError('workspace_not_found', 'There is no such workspace.', { param: 'id' })
  const shared = sharedOf(found.id)
  if (!shared) return
  const { turns } = shared.figures
  if (turns > 0 && !isForced)
    throw new GatewayError('conflict', `Turns are at work in ${turns} of its threads. Wait, or add ?force=true.`, {
      reason: 'workspace_busy'
    })
  note({ workspace: id, principal: principal.name, action }, 'the app-server of remote clients is stopped by request')
  await shared.stop(
    action === 'restart' ? 'This workspace is restarted by request.' : 'An operator has stopped this workspace.'
  )
}
