import { z } from 'zod'
import { failureClasses, taskStatuses } from '../../tasks/record.ts'
import type { TaskRecord } from '../../tasks/record.ts'

const time = z.string().nullable().meta({ description: 'ISO 8601.' })

export const taskView = z.object({
  id: z.string(),
  object: z.literal('task'),
  status: z.enum(taskStatuses),
  workspace: z.string(),
  template: z.string().nullable(),
  model: z.string().nullable(),
  createdAt: z.string(),
  startedAt: time,
  endedAt: time,
  deadline: z.string(),
  resetsAt: time.meta({ description: 'When the usage limit is lifted that it waits for.' }),
  attempts: z.number().meta({ description: 'How often it was begun.' }),
  progress: z
    .object({
      plan: z.array(z.object({ text: z.string(), completed: z.boolean() })),
      step: z.object({ type: z.string(), text: z.string(), status: z.string() }).nullable()
    })
    .nullable()
    .meta({ description: 'The last plan of Codex’s, and its last step.' }),
  usage: z.record(z.string(), z.number()).nullable().meta({ description: 'Tokens; null where none are known.' }),
  result: z
    .unknown()
    .meta({ description: 'JSON that follows the schema, or a text where there is none; null until it has succeeded.' }),
  error: z
    .object({ class: z.enum(failureClasses), message: z.string(), code: z.string().optional() })
    .nullable()
    .meta({ description: 'Why it failed.' })
})

/** A task as its caller sees it. */
export function viewOf(task: TaskRecord): z.output<typeof taskView> {
  const { id, status, workspace, template, model, attempts, progress, result, error } = task
  return {
    ...{ id, object: 'task', status, workspace, template, model },
    createdAt: new Date(task.createdAt).toISOString(),
    startedAt: isoOf(task.startedAt),
    endedAt: isoOf(task.endedAt),
    deadline: new Date(task.deadline).toISOString(),
    resetsAt: isoOf(task.resetsAt),
    ...{ attempts, progress, usage: task.usage && { ...task.usage }, result, error }
  }
}

const isoOf = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
