import type { ApiContext } from '../../http/api.ts'
import type { TaskRecord } from '../../tasks/record.ts'
import type { Tasks } from '../../tasks/tasks.ts'
import { GatewayError } from '../../turn/error.ts'
import type { TasksDependencies } from './dependencies.ts'

/** Throws where there are none. */
export function tasksOf({ tasks }: Pick<TasksDependencies, 'tasks'>): Tasks {
  if (tasks) return tasks
  throw new GatewayError('unsupported', 'There are no tasks here: nothing is stored, as CODEX_THREAD_TTL_HOURS is 0.')
}

/** The task that the path names. Throws `not_found` where it is not the caller's, or is in a workspace that is not. */
export function taskInPath(
  { state: { principal }, params }: ApiContext,
  dependencies: Pick<TasksDependencies, 'tasks' | 'directory'>,
  name: 'id' | 'threadId' = 'id'
): TaskRecord {
  const id = params[name] ?? ''
  const task = tasksOf(dependencies).find(principal.id, id)
  if (dependencies.directory.find(task.workspace, principal)) return task
  throw new GatewayError('not_found', `There is no task ${id.slice(0, 64)}.`, { param: 'id' })
}
