import type { NewTask } from './task-store.ts'

/** Who writes tasks, of several gateways that share them: one at a time, which runs them. */
export interface TaskWriter {
  /** Whether this gateway does. */
  readonly isHere: boolean
  /** Resolves when what was written here is stored for the others, too. Rejects where that cannot be. */
  settled(): Promise<void>
  /** Resolves when this gateway knows the key by which requests are told apart. Rejects where nobody can be asked for it. */
  ready(): Promise<void>
  /** What the other one is asked to do. Rejects as it would here, and where nobody can be asked. Resolves when it has come back. */
  create(task: NewTask): Promise<string>
  cancel(id: string): Promise<void>
  delete(id: string): Promise<void>
}
