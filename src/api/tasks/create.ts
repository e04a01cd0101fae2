import { randomBytes } from 'node:crypto'
import { narrowed } from '../../access/narrowing.ts'
import { forKey, workspaceFor } from '../../access/workspaces.ts'
import type { OfferedWorkspace } from '../../access/workspaces.ts'
import type { ApiContext } from '../../http/api.ts'
import { schemaProblem } from '../../json-schema/validate.ts'
import { userInputFrom } from '../../openai/content.ts'
import { invalid } from '../../openai/invalid.ts'
import { checkSchema } from '../../openai/structured.ts'
import type { TaskFile, TaskOrder, TaskRecord } from '../../tasks/record.ts'
import { GatewayError } from '../../turn/error.ts'
import { checkPromptSize } from '../../turn/prompt-size.ts'
import type { Effort, SandboxMode, UserInput } from '../../turn/request.ts'
import { narrowingOf } from '../accept.ts'
import { settingsOfModel } from '../thread-dependencies.ts'
import { deadlineOf } from './deadline.ts'
import type { TasksDependencies } from './dependencies.ts'
import type { InputItem, InputPart, TaskRequest, TemplateRequest } from './requests.ts'
import { tasksOf } from './tasks-of.ts'

/** What a task is, from its caller, or the operator in a template. */
export interface TaskWish extends Omit<TemplateRequest, 'parameters'> {
  input: UserInput[]
  model?: string | undefined
  effort?: Effort | undefined
  sandbox?: SandboxMode | undefined
  schema?: Record<string, unknown> | undefined
  env?: Record<string, string> | undefined
  files?: TaskFile[] | undefined
  template?: { name: string; limit: number | undefined } | undefined
}

/** Checks a wish and stores it as a task. Throws a `GatewayError` that names the field at fault. `digest`: of the request that it came from. */
export async function createTask(
  ctx: ApiContext,
  wish: TaskWish,
  digest: string,
  dependencies: TasksDependencies
): Promise<TaskRecord> {
  const tasks = tasksOf(dependencies)
  const { webhooks, taskSettings, resolveModel, chooseEffort, directory } = dependencies
  const { principal } = ctx.state
  const workspace = workspaceOf(ctx, wish.workspace, directory)
  const resolved = await resolveModel(wish.model, workspace)
  ctx.state.model = resolved.name
  const { sandbox: usual, ...settings } = await settingsOfModel(resolved, chooseEffort, wish.effort)
  const { sandbox, folder } = narrowed(narrowingOf(ctx), wish.sandbox ?? usual, workspace)
  if (wish.webhook) webhooks.checkTarget(wish.webhook, 'webhook')
  webhooks.checkRoom(principal.id)
  const timeoutMs = Math.min((wish.timeoutSeconds ?? Infinity) * 1000, taskSettings.timeoutMs)
  const order: TaskOrder = {
    ...{ input: wish.input, schema: wish.schema, ...settings, sandbox, folder, files: wish.files, timeoutMs },
    ...(principal.key && { key: principal.key.id }),
    ...(resolved.codex_instructions && { codexInstructions: true }),
    retry: wish.retry ?? 'never',
    whenLimited: wish.whenLimited ?? taskSettings.whenLimited
  }
  return tasks.submit({
    ...{ id: `task_${randomBytes(16).toString('hex')}`, owner: principal.id, workspace: workspace.id },
    ...{ template: wish.template?.name, templateLimit: wish.template?.limit, model: wish.model },
    ...{ deadline: deadlineOf(wish.deadline, tasks.now, taskSettings.lifeMs), order },
    secrets: { env: wish.env, webhook: wish.webhook },
    idempotency: wish.idempotencyKey === undefined ? undefined : { key: wish.idempotencyKey, digest }
  })
}

/** What a request asks for. */
export function wishFrom(request: TaskRequest, dependencies: TasksDependencies): TaskWish {
  const { prompt, input, files, env, schema, ...more } = request
  const { readImage, maxPromptChars, taskSettings } = dependencies
  if (files && taskSettings.filesRefusal !== undefined)
    throw new GatewayError('unsupported', taskSettings.filesRefusal, { param: 'files' })
  const parts = [...(prompt === undefined ? [] : [{ text: prompt }]), ...partsOf(input ?? [])]
  const message = userInputFrom(parts, 'input', readImage)
  checkPromptSize({ input: message }, maxPromptChars, prompt === undefined ? 'input' : 'prompt')
  if (!message.some((part) => part.type === 'image' || part.text.trim() !== ''))
    throw invalid("Invalid value for 'prompt': it must not be empty.", 'prompt')
  if (schema) checkResultSchema(schema)
  if (env) checkEnv(env, taskSettings.env)
  return { ...more, input: message, schema, env, files: files && filesFrom(files) }
}

/** The workspace that a body names, or else the request's. */
function workspaceOf(
  ctx: ApiContext,
  id: string | undefined,
  directory: TasksDependencies['directory']
): OfferedWorkspace {
  const { principal, workspaceInPath: path, workspace } = ctx.state
  if (id === undefined) return workspace
  return (ctx.state.workspace = forKey(principal, workspaceFor({ header: id, path }, principal, directory)))
}

type Part = { text: string } | { image_url: string | { url: string } }

function partsOf(items: readonly InputItem[]): Part[] {
  return items.flatMap((item): Part[] => {
    if (!('role' in item)) return [partOf(item)]
    return typeof item.content === 'string' ? [{ text: item.content }] : item.content.map(partOf)
  })
}

function partOf(part: InputPart): Part {
  if ('url' in part) return { image_url: part.url }
  return 'text' in part ? { text: part.text } : { image_url: part.image_url }
}

function checkResultSchema(schema: Record<string, unknown>): void {
  checkSchema(schema, 'schema')
  const problem = schemaProblem(schema)
  if (problem !== undefined) throw invalid(`Invalid value for 'schema': ${problem}`, 'schema', 'invalid_schema')
}

const maxEnv = { count: 64, length: 65_536 }

function checkEnv(env: Readonly<Record<string, string>>, allowed: readonly string[]): void {
  const names = Object.keys(env)
  const refused = names.find((name) => !allowed.includes(name))
  if (refused !== undefined) {
    const may = allowed.length === 0 ? 'none is' : `allowed are ${allowed.join(', ')}`
    throw invalid(
      `Invalid value for 'env': the operator does not allow a variable ${JSON.stringify(refused.slice(0, 64))} (CODEX_TASK_ENV); ${may}.`,
      'env'
    )
  }
  const length = Object.values(env).reduce((sum, value) => sum + value.length, 0)
  if (names.length > maxEnv.count || length > maxEnv.length)
    throw invalid(
      `Invalid value for 'env': at most ${maxEnv.count} variables of ${maxEnv.length} characters together.`,
      'env'
    )
  const broken = names.find((name) => env[name]?.includes('\0'))
  if (broken !== undefined)
    throw invalid(`Invalid value for 'env': the value of ${broken} holds a NUL character.`, 'env')
}

const maxFiles = 8_388_608

function filesFrom(files: NonNullable<TaskRequest['files']>): TaskFile[] {
  const all = files.map(({ name, content, data }) => ({
    name,
    data: data ?? Buffer.from(content ?? '').toString('base64')
  }))
  const twice = all.find(({ name }, index) => all.findIndex((other) => other.name === name) < index)
  if (twice) throw invalid(`Invalid value for 'files': there are two files named '${twice.name}'.`, 'files')
  if (all.reduce((sum, { data }) => sum + data.length, 0) > maxFiles)
    throw invalid(`Invalid value for 'files': all files together may have ${(maxFiles / 4) * 3} bytes.`, 'files')
  return all
}
