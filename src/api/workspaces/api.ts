import { z } from 'zod'
import type { WorkspaceDirectory } from '../../access/workspaces.ts'
import type { Api } from '../../http/api.ts'

export interface WorkspacesDependencies {
  directory: WorkspaceDirectory
  /** What remote clients have of a workspace; undefined where they have none. */
  remoteOf?: ((id: string) => Promise<RemoteFigures | undefined>) | undefined
}

const remote = z.object({
  clients: z.number().meta({ description: 'Connections of TUIs.' }),
  turns: z.number().meta({ description: 'Threads with a turn at work.' }),
  started_at: z.number().nullable().meta({ description: 'When their app-server started, in Unix seconds.' }),
  executors: z
    .array(z.object({ id: z.string(), since: z.number() }))
    .meta({ description: 'Those that are connected; `since` in Unix seconds.' }),
  saved_at: z.number().nullable().meta({ description: 'When its home was saved last, in Unix seconds.' }),
  memory_bytes: z.number().nullable().meta({ description: 'Resident memory of their app-server.' })
})

/** What operators see of remote clients. */
export type RemoteFigures = z.output<typeof remote>

const workspace = z.object({
  id: z.string(),
  object: z.literal('workspace'),
  state: z.enum(['stopped', 'starting', 'running']).meta({ description: 'Whether a codex runs in it.' }),
  remote: remote.nullable().optional()
})

/** The workspaces that a caller may use. Nothing says where they are. */
export function workspacesApi({ directory, remoteOf }: WorkspacesDependencies): Api {
  return {
    operations: [
      {
        method: 'get',
        path: '/workspaces',
        summary: 'The workspaces that you may use. The first is used where a request names none.',
        answer: z.object({ object: z.literal('list'), data: z.array(workspace) }),
        async handle(ctx) {
          const viewOf = async ({ id }: { id: string }): Promise<z.output<typeof workspace>> => ({
            ...{ id, object: 'workspace', state: directory.stateOf(id) },
            ...(remoteOf && { remote: (await remoteOf(id)) ?? null })
          })
          ctx.body = { object: 'list', data: await Promise.all(directory.usableBy(ctx.state.principal).map(viewOf)) }
        }
      }
    ]
  }
}
