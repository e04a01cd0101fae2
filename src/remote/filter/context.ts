import type { SandboxMode } from '../../turn/request.ts'

/** What the filter has to know of a client's workspace. */
export interface FilterContext {
  /** Where threads work. */
  readonly folder: string
  /** The executors on which its commands run, the usual one first; they run in the folder when left out. */
  readonly environments?: (() => readonly { environmentId: string; cwd: string }[]) | undefined
  /** The widest sandbox that a client may choose. */
  readonly sandbox: SandboxMode
  /** The approval policies that a client may choose; the first is the usual one. */
  readonly approvals: readonly string[]
  /** The models that may be used; all when left out. */
  readonly models?: readonly string[] | undefined
}

/** A parameter that may not have its value. The message is for the person at the client. */
export class Refused extends Error {
  override readonly name = 'Refused'
}
