import type { SandboxMode } from '../turn/request.ts'

/** What the clients of a shared app-server may do at most. */
export interface RemoteDefinition {
  /** The widest sandbox that they may choose. */
  sandbox: SandboxMode
  /** The approval policies that they may choose; the first is the usual one. */
  approvals: readonly string[]
  /** Where its commands run: at the gateway, or on executors alone. */
  runs: 'here' | 'executors'
  /** How many there may be at once. */
  clients: number
}
