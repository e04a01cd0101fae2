import type { WorkspaceDirectory } from '../../access/workspaces.ts'
import type { TaskTemplate } from '../../tasks/templates.ts'
import type { Tasks } from '../../tasks/tasks.ts'
import type { Webhooks } from '../../webhooks/webhooks.ts'
import type { ThreadsDependencies } from '../thread-dependencies.ts'

export interface TasksDependencies extends Pick<
  ThreadsDependencies,
  'readBody' | 'resolveModel' | 'chooseEffort' | 'readImage' | 'maxPromptChars' | 'waiting'
> {
  /** Undefined where nothing is stored. */
  tasks: Tasks | undefined
  directory: WorkspaceDirectory
  webhooks: Pick<Webhooks, 'checkTarget' | 'checkRoom'>
  templates: ReadonlyMap<string, TaskTemplate>
  taskSettings: TaskSettings
}

export interface TaskSettings {
  /** Names of the variables that callers may give to commands. */
  env: readonly string[]
  /** Why tasks can have no files here; undefined where they can. */
  filesRefusal?: string | undefined
  /** Milliseconds that a task may run, and that it may take until it has ended. */
  timeoutMs: number
  lifeMs: number
  /** What to do where a usage limit is reached, unless a task says it. */
  whenLimited: 'fail' | 'wait'
}
