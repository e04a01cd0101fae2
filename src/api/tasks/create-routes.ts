import type { z } from 'zod'
import { workspaceFor } from '../../access/workspaces.ts'
import type { ApiContext, Operation } from '../../http/api.ts'
import { lifetime } from '../../http/lifetime.ts'
import { parsed } from '../../openai/invalid.ts'
import { hasEnded } from '../../tasks/record.ts'
import type { TaskRecord } from '../../tasks/record.ts'
import { filledTemplate } from '../../tasks/templates.ts'
import type { TaskTemplate } from '../../tasks/templates.ts'
import { GatewayError } from '../../turn/error.ts'
import { checkPromptSize } from '../../turn/prompt-size.ts'
import { narrowingHeaders } from '../accept.ts'
import { ignoredHeader, unknownFields } from '../read-request.ts'
import { createTask, wishFrom } from './create.ts'
import type { TaskWish } from './create.ts'
import type { TasksDependencies } from './dependencies.ts'
import { idempotencyKeyOf, requestText } from './idempotency.ts'
import { preferredWait } from './prefer.ts'
import { taskRequest, templateRequest } from './requests.ts'
import type { TemplateRequest } from './requests.ts'
import { tasksOf } from './tasks-of.ts'
import { taskView, viewOf } from './view.ts'
import type { JsonObject } from '../../turn/json-object.ts'

const headers = {
  ...narrowingHeaders,
  prefer: '`wait=SECONDS`: answer with 200 as soon as the task has ended, and with 202 after that time.',
  'idempotency-key': 'The same as `idempotencyKey`.'
}
const shared = {
  method: 'post',
  headers,
  answer: taskView,
  failures: [404, 409],
  exposes: [ignoredHeader, 'location', 'preference-applied']
} as const

/** The operations that make tasks. They are answered with 202, before anything runs. */
export function createOperations(dependencies: TasksDependencies): Operation[] {
  return [
    {
      ...shared,
      path: '/api/tasks',
      summary: 'Give Codex a task. It is stored before the answer, and run whatever becomes of this gateway.',
      body: taskRequest,
      async handle(ctx) {
        const task = await created(ctx, dependencies, taskRequest, (request) => wishFrom(request, dependencies))
        await answerWith(ctx, task, dependencies)
      }
    },
    {
      ...shared,
      path: '/api/tasks/{template}',
      summary: 'Give Codex a task that the operator has defined: `parameters` are checked and put into it.',
      body: templateRequest,
      async handle(ctx) {
        const template = templateNamed(ctx.params['template'] ?? '', dependencies)
        const task = await created(ctx, dependencies, templateRequest, (request, body) =>
          templateWish(template, { ...request, parameters: request.parameters ?? parametersIn(body) }, dependencies)
        )
        await answerWith(ctx, task, dependencies)
      }
    }
  ]
}

/** Reads a request and stores its task. A repetition is answered with the task that there is, whatever its fields would mean by now. */
export async function created<Request extends object>(
  ctx: ApiContext,
  dependencies: TasksDependencies,
  schema: z.ZodType<Request>,
  wishOf: (request: Request, body: JsonObject) => TaskWish
): Promise<TaskRecord> {
  const tasks = tasksOf(dependencies)
  const body = await dependencies.readBody(ctx)
  const key = idempotencyKeyOf(ctx, body)
  if (key !== undefined) await tasks.ready()
  const text = key === undefined ? '' : requestText(ctx, body)
  const earlier = key === undefined ? undefined : tasks.withKey(ctx.state.principal.id, key, text)
  if (earlier) {
    workspaceFor({ header: earlier.workspace }, ctx.state.principal, dependencies.directory) // the token may be for another one
    return earlier
  }
  const request = parsed(schema, body)
  const names = unknownFields(body, request)
  const wish = wishOf(request, body)
  if (names.length > 0 && wish.template === undefined) ctx.set(ignoredHeader, names.join(', '))
  return createTask(ctx, { ...wish, idempotencyKey: key }, key === undefined ? '' : tasks.digestOf(text), dependencies)
}

/** A template with its parameters. */
export function templateWish(
  template: TaskTemplate,
  { parameters = {}, ...envelope }: TemplateRequest,
  { maxPromptChars }: Pick<TasksDependencies, 'maxPromptChars'>
): TaskWish {
  const { prompt, env } = filledTemplate(template, parameters)
  checkPromptSize({ input: [{ type: 'text', text: prompt }] }, maxPromptChars, 'parameters')
  const {
    name,
    schema,
    workspace,
    model,
    effort,
    sandbox,
    timeout_seconds: timeout = Infinity,
    max_active: limit
  } = template
  const timeoutSeconds = Math.min(envelope.timeoutSeconds ?? Infinity, timeout)
  return {
    ...envelope,
    ...{ input: [{ type: 'text', text: prompt }], schema, model, effort, sandbox, env },
    workspace: workspace ?? envelope.workspace,
    ...(Number.isFinite(timeoutSeconds) ? { timeoutSeconds } : { timeoutSeconds: undefined }),
    whenLimited: envelope.whenLimited ?? template.when_limited,
    retry: envelope.retry ?? template.retry,
    template: { name, limit }
  }
}

export function templateNamed(name: string, { templates }: Pick<TasksDependencies, 'templates'>): TaskTemplate {
  const found = templates.get(name)
  if (found) return found
  const names = [...templates.keys()].map((one) => `'${one}'`).join(', ')
  throw new GatewayError(
    'not_found',
    `There is no task template '${name.slice(0, 64)}'. There are: ${names || 'none'}.`,
    {
      param: 'template'
    }
  )
}

/** Where there is no field `parameters`, they are the body itself. */
function parametersIn(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !(name in templateRequest.shape)))
}

async function answerWith(ctx: ApiContext, task: TaskRecord, dependencies: TasksDependencies): Promise<void> {
  const wait = preferredWait(ctx)
  const now = wait > 0 ? await tasksOf(dependencies).ended(task, wait, lifetime(ctx)) : task
  ctx.status = wait > 0 && hasEnded(now.status) ? 200 : 202
  ctx.set('location', `/api/tasks/${task.id}`)
  ctx.body = viewOf(now)
}
