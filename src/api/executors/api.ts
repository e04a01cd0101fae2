import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import type { Api } from '../../http/api.ts'
import { isRefusal } from '../../http/door/verdict.ts'
import type { Refusal } from '../../http/door/verdict.ts'

const registration = z.object({
  environment_id: z.string(),
  transport: z.literal('direct_jsonrpc_v1'),
  registration_id: z.string(),
  url: z.string().meta({ description: 'Where the executor opens a WebSocket.' })
})

export interface ExecutorsDependencies {
  register(head: IncomingMessage, executor: string): Promise<z.output<typeof registration> | Refusal>
}

/** What `codex exec-server --remote URL/executors --remote-transport direct` asks first (codex-cli 0.169). */
export function executorsApi(executors: ExecutorsDependencies): Api {
  return {
    operations: [
      {
        method: 'post',
        path: '/executors/cloud/environment/{executor}/direct/register',
        ids: /^[a-z0-9][a-z0-9_-]{0,63}$/,
        summary: 'Registers an executor: a machine on which the commands of a workspace run.',
        headers: { 'x-amz-security-token': 'A JWT whose scope names `executor`, for one workspace.' },
        answer: registration,
        isPublic: true, // its token comes in a header of its own
        async handle(ctx) {
          const { executor = '' } = ctx.params
          const answer = await executors.register(ctx.req, executor)
          if (isRefusal(answer)) throw answer.error
          ctx.body = answer
        }
      }
    ]
  }
}
