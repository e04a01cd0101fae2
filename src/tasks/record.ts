import type { ErrorCode } from '../turn/error.ts'
import type { Effort, ProfileName, SandboxMode, UserInput } from '../turn/request.ts'
import type { Usage } from '../turn/usage.ts'

export const taskStatuses = ['queued', 'running', 'waiting_for_reset', 'succeeded', 'failed'] as const
export type TaskStatus = (typeof taskStatuses)[number]

/** Whether a task of this status has come to its end. */
export const hasEnded = (status: TaskStatus): boolean => status === 'succeeded' || status === 'failed'

/**
 * Why a task failed: the model refused; there is no answer that follows the schema; its time is over; it had begun when its gateway
 * ended; a usage limit was reached; Codex or its provider failed; somebody cancelled it.
 */
export const failureClasses = [
  'refused',
  'invalid_result',
  'timeout',
  'interrupted',
  'limited',
  'engine',
  'cancelled'
] as const
export type FailureClass = (typeof failureClasses)[number]

export interface TaskError {
  class: FailureClass
  message: string
  code?: ErrorCode | undefined
}

/** How far a task is: what Codex plans, and what it does. */
export interface TaskProgress {
  plan: { text: string; completed: boolean }[]
  step: { type: string; text: string; status: string } | null
}

/** A file that is given to the commands of a task. */
export interface TaskFile {
  name: string
  /** Base64. */
  data: string
}

/** What a task is to do. */
export interface TaskOrder {
  input: UserInput[]
  schema?: Record<string, unknown> | undefined
  model?: string | undefined
  effort?: Effort | undefined
  profile?: ProfileName | undefined
  sandbox?: SandboxMode | undefined
  folder?: string | undefined
  codexInstructions?: boolean | undefined
  files?: TaskFile[] | undefined
  /** Milliseconds that all its turns together may take. */
  timeoutMs: number
  /** `safe`: it may go on after its gateway has ended in the middle of it. */
  retry: 'never' | 'safe'
  /** The id of the API key that it was asked for with: what it uses counts for that. */
  key?: string | undefined
  whenLimited: 'fail' | 'wait'
}

/** What nobody may read of a task. */
export interface TaskSecrets {
  /** Variables for its commands. */
  env?: Record<string, string> | undefined
  /** Who is informed of its end. */
  webhook?: { url: string; secret?: string | undefined } | undefined
}

/** Why a task goes on in its thread. */
export type Continuation = 'interrupted' | 'limited'

/** A task as it is stored. Times are Unix milliseconds. */
export interface TaskRecord {
  sequence: number
  id: string
  /** The id of a principal. */
  owner: string
  /** The id of a workspace. */
  workspace: string
  template: string | null
  /** As its caller named it. */
  model: string | null
  status: TaskStatus
  createdAt: number
  startedAt: number | null
  endedAt: number | null
  deadline: number
  /** When the usage limit is lifted that it waits for. */
  resetsAt: number | null
  /** The mark of the gateway that runs it. */
  worker: string | null
  /** Codex may have begun it: its commands may have run. */
  begun: boolean
  /** Whether somebody wants it to end. */
  cancelled: boolean
  /** How often it was begun. */
  attempts: number
  continuation: Continuation | null
  /** The id of its thread, as Codex calls it. */
  thread: string | null
  /** The worker that has its thread, where turns run on workers. */
  host: string | null
  /** Milliseconds that earlier attempts took. */
  spentMs: number
  progress: TaskProgress | null
  usage: Usage | null
  /** A text, or JSON where there is a schema. */
  result: unknown
  error: TaskError | null
}
