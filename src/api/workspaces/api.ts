import { z } from 'zod'
import type { WorkspaceDirectory } from '../../access/workspaces.ts'
import type { Api } from '../../http/api.ts'

export interface WorkspacesDependencies {
  directory: WorkspaceDirectory
}

const workspace = z.object({
  id: z.string(),
  object: z.literal('workspace'),
  state: z.enum(['stopped', 'starting', 'running']).meta({ description: 'Whether a codex runs in it.' })
})

/** The workspaces that a caller may use. Nothing says where they are. */
export function workspacesApi({ directory }: WorkspacesDependencies): Api {
  return {
    operations: [
      {
        method: 'get',
        path: '/workspaces',
        summary: 'The workspaces that you may use. The first is used where a request names none.',
        answer: z.object({ object: z.literal('list'), data: z.array(workspace) }),
        handle(ctx) {
          const data = directory
            .usableBy(ctx.state.principal)
            .map(({ id }): z.output<typeof workspace> => ({ id, object: 'workspace', state: directory.stateOf(id) }))
          ctx.body = { object: 'list', data }
        }
      }
    ]
  }
}
