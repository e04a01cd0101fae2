/** An item as the API shows it. Which fields there are depends on the type. */
export interface AgentItem {
  id: string
  type: string
  turn_id: string
  [field: string]: unknown
}

/** What places an item of codex's in a session. */
export interface ItemPlace {
  id: string
  turn_id: string
  /** The API's id of the agent of a thread: the session's own, or a subagent; of '' the one whose turn it is. */
  agentOf: (threadId: string) => string
  /** A path of this machine as the API shows it. */
  shownPath: (path: string) => string
}

/** Words of app-server for how a call is. */
const statuses: Readonly<Record<string, string>> = {
  inProgress: 'in_progress',
  completed: 'completed',
  failed: 'failed',
  declined: 'failed',
  interrupted: 'incomplete'
}
export const statusFrom = (status: string): string => statuses[status] ?? 'failed'
