import { z } from 'zod'
import type { Operation } from '../../http/api.ts'
import { deploymentOf } from '../../tasks/deployment.ts'
import { GatewayError } from '../../turn/error.ts'
import { created, templateNamed, templateWish } from './create-routes.ts'
import type { TasksDependencies } from './dependencies.ts'
import { deploymentRequest } from './requests.ts'
import { taskInPath } from './tasks-of.ts'

const name = 'deployment'

const deployment = z.object({
  threadId: z.string(),
  status: z.enum(['running', 'succeeded', 'failed']),
  message: z.string().nullable(),
  image: z.string().nullable(),
  template: z.string().nullable(),
  error: z.string().nullable()
})

/** The template `deployment` on routes of its own. */
export function deploymentOperations(dependencies: TasksDependencies): Operation[] {
  return [
    {
      method: 'post',
      path: '/api/brain/deployments',
      summary: 'Have Codex build and publish an image of a repository. The token reaches its commands alone.',
      body: deploymentRequest,
      answer: deployment.pick({ threadId: true, status: true }),
      failures: [404, 409],
      exposes: ['location'],
      async handle(ctx) {
        const template = templateNamed(name, dependencies)
        const task = await created(ctx, dependencies, deploymentRequest, ({ githubToken, repository, branch }) =>
          templateWish(
            template,
            { ...nothing, parameters: { githubToken, repository, ...(branch && { branch }) } },
            dependencies
          )
        )
        ctx.status = 202
        ctx.set('location', `/api/brain/deployments/${task.id}`)
        ctx.body = { threadId: task.id, status: 'running' }
      }
    },
    {
      method: 'get',
      path: '/api/brain/deployments/{threadId}',
      summary: 'How a deployment is.',
      answer: deployment,
      failures: [404],
      handle(ctx) {
        const task = taskInPath(ctx, dependencies, 'threadId')
        if (task.template !== name)
          throw new GatewayError('not_found', 'There is no such deployment.', { param: 'threadId' })
        ctx.body = deploymentOf(task)
      }
    }
  ]
}

const nothing = {
  ...{ workspace: undefined, timeoutSeconds: undefined, deadline: undefined, webhook: undefined },
  ...{ idempotencyKey: undefined, whenLimited: undefined, retry: undefined }
}
