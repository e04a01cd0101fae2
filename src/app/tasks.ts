import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TasksDependencies } from '../api/tasks/dependencies.ts'
import { principalName } from '../access/principal.ts'
import type { Config } from '../config/config.ts'
import type { Store } from '../store/store.ts'
import { deploymentTemplate } from '../tasks/deployment.ts'
import type { TaskRecord } from '../tasks/record.ts'
import { Tasks } from '../tasks/tasks.ts'
import type { Log } from '../telemetry/log.ts'
import type { TaskTemplate } from '../tasks/templates.ts'
import type { Engine } from '../turn/engine.ts'
import { GatewayError } from '../turn/error.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import type { Work } from '../work/work.ts'
import type { Workspaces } from '../workspaces/workspace.ts'
import { hasSeveralPrincipals } from './several.ts'
import { sealFor } from './seal.ts'
import { taskStoreOf } from './task-store.ts'
import type { SharedTasks } from './task-writer.ts'

export interface TaskParts {
  config: Config
  engine: Engine
  store: Store
  work: Work
  webhooks: Webhooks
  /** Where commands run, and with them the files of tasks; left out where that is on workers. */
  workspaces?: Workspaces | undefined
  /** Who writes tasks, where several gateways share them. */
  writer?: SharedTasks | undefined
  log?: Pick<Log, 'info'> | undefined
}

const filesRefusal =
  'Files of tasks are bound to the machine where Codex runs, and this gateway is a front end: put them into the prompt, or ask a gateway that runs there without CODEX_NATS_URL.'

type TaskServices = Pick<TasksDependencies, 'tasks' | 'templates' | 'taskSettings'>

/** Tasks of a gateway with these settings, which runs them from now on. */
export function taskServices({ workspaces, engine, webhooks, log, writer, ...parts }: TaskParts): TaskServices {
  const { config, store, work } = parts
  const seal = writer?.seal ?? sealFor(config)
  const tasks = new Tasks({
    store: taskStoreOf(store, config, seal),
    ...{ engine, work, writer },
    isAlive: (mark) => !writer && store.presence.isAlive(mark), // of those that share tasks, only the writer runs any
    limits: runnerLimits(config),
    writeFiles: async (task, files) => {
      if (!workspaces) throw new GatewayError('unsupported', filesRefusal)
      return writeFiles(workspaces, task, files)
    },
    clear: (task) => void (workspaces && removeFiles(workspaces, task).catch(() => {})),
    forget: (task) => void (task.thread !== null && engine.forget?.(task.thread, task.workspace).catch(() => {})),
    ended: (task) => log?.info(endFields(task), 'task ended'),
    publish: (connection, task, target) => {
      const type = task.error?.class === 'cancelled' ? 'task.cancelled' : (`task.${task.status}` as 'task.failed')
      webhooks.publish(connection, task.owner, { type, data: { id: task.id } }, target)
    }
  })
  writer?.open(tasks)
  const isOn = config.CODEX_THREAD_TTL_HOURS > 0
  if (isOn) tasks.start()
  return {
    tasks: isOn ? tasks : undefined,
    templates: templatesOf(config),
    taskSettings: {
      env: config.CODEX_TASK_ENV,
      filesRefusal: workspaces ? undefined : filesRefusal,
      timeoutMs: config.CODEX_TASK_TIMEOUT_SECONDS * 1000,
      lifeMs: config.CODEX_TASK_TTL_HOURS * 3_600_000,
      whenLimited: config.CODEX_WHEN_LIMITED
    }
  }
}

function endFields({ id, owner, workspace, template, status, error, attempts, createdAt, endedAt, usage }: TaskRecord) {
  return {
    ...{ task: id, principal: principalName(owner), workspace, template: template ?? undefined, status },
    ...{ class: error?.class, cause: error?.code, attempts, ms: (endedAt ?? createdAt) - createdAt },
    ...(usage && { tokens: { input: usage.input_tokens, output: usage.output_tokens } })
  }
}

function runnerLimits(config: Config) {
  const running = config.CODEX_TASK_CONCURRENCY || Math.ceil(config.CODEX_MAX_CONCURRENCY / 2)
  return { running, runningPerOwner: hasSeveralPrincipals(config) ? Math.ceil(running / 2) : running }
}

/** The operator's, and the deployment job unless the operator has one of that name. */
function templatesOf({ CODEX_TASKS_FILE: file }: Config): ReadonlyMap<string, TaskTemplate> {
  return new Map([deploymentTemplate, ...(file?.templates ?? [])].map((template) => [template.name, template]))
}

/** In the home of the workspace, where no other workspace's commands can read them. */
async function folderOf(workspaces: Workspaces, { id, workspace }: TaskRecord): Promise<string> {
  return join((await workspaces.get(workspace)).home, 'task-files', id)
}

async function writeFiles(
  workspaces: Workspaces,
  task: TaskRecord,
  files: readonly { name: string; data: string }[]
): Promise<string> {
  const folder = await folderOf(workspaces, task)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const { name, data } of files)
    await writeFile(join(folder, name), Buffer.from(data, 'base64'), { mode: 0o600, flag: 'wx' })
  return folder
}

async function removeFiles(workspaces: Workspaces, task: TaskRecord): Promise<void> {
  const folder = await folderOf(workspaces, task)
  await rm(folder, { recursive: true, force: true })
}
