import type { Fields } from './read.ts'

/** Times are Unix milliseconds. */
export interface SessionInfo {
  id: string
  createdAt: number
  lastAccessAt: number
  threadId: string | null
  workspace: string
  name: string | null
  preview: string | null
}

export interface SessionState {
  workspace: string
  models: readonly ModelInfo[]
  selectedModel: string | null
  effort: string | null
  approvalPolicy: string | null
  /** Whether the workspace lets Codex ask before it acts. */
  canAsk: boolean
  threadId: string | null
  currentTurnId: string | null
  activeTurn: boolean
  lastTurnStatus: string | null
  tokenUsage: unknown
  /** The last event of the log that it includes. */
  seq: number
  transcript?: readonly TranscriptEntry[]
}

export interface ModelInfo {
  id: string
  displayName?: string
  isDefault?: boolean
}

export interface TranscriptEntry {
  id: string
  role: 'user' | 'assistant' | 'system'
  text: string
  turnId?: string | null
}

/** Something that Codex asks: to run a command, to change files, for an answer. */
export interface ServerRequest {
  requestId: string
  method: string
  params: Fields
  /** `pending`, `answered`, `expired`, `declined`, `cancelled`. */
  status: string
  /** Unix milliseconds; without an answer until then it is declined. */
  deadline: number
  decisions: readonly string[]
  handled: boolean
  decision?: string | null
  answeredBy?: string | null
}

/** An event of a session's stream. `id` grows, not always by one. */
export interface SessionEvent {
  id: number
  event: string
  data: unknown
}

export interface Step {
  step: string
  status: string
}

export interface FileChange {
  path: string
  kind: 'add' | 'delete' | 'update'
  movedTo: string | null
  /** The content of a file that is added or deleted, else hunks of a unified diff. */
  diff: string
}

export type Entry = Readonly<
  {
    key: string
    turnId: string | null
    /** It stands for a turn of which no more is stored in the session's log. */
    brief?: boolean
  } & EntryContent
>

/** One thing in a transcript. */
export type EntryContent =
  | { kind: 'user'; text: string; images: readonly string[] }
  | { kind: 'message'; text: string; done: boolean }
  | { kind: 'reasoning'; text: string; done: boolean }
  | {
      kind: 'command'
      command: string
      cwd: string
      output: string
      exitCode: number | null
      status: string
      durationMs: number | null
    }
  | { kind: 'files'; changes: readonly FileChange[]; status: string }
  | { kind: 'plan'; explanation: string; steps: readonly Step[] }
  | { kind: 'tool'; title: string; input: string; output: string; status: string }
  | { kind: 'diff'; diff: string }
  | { kind: 'notice'; level: 'info' | 'warning' | 'error'; text: string }

/** What a page shows of a session. */
export interface View {
  session: SessionInfo | null
  state: SessionState | null
  /** From the events of the session. */
  entries: readonly Entry[]
  /** From the thread: what may be older than the session's events. */
  older: readonly Entry[]
  requests: readonly ServerRequest[]
  tokens: Tokens | null
  /** The last event that is in it: where the stream goes on. */
  lastId: number
  /** Why the session is no more; null while it is. */
  closed: string | null
  /** How often events were missing from the log. */
  gaps: number
}

export interface Tokens {
  total: number
  /** Of the last request: how much of the window is full. */
  last: number
  window: number | null
}

export const emptyView: View = {
  session: null,
  state: null,
  entries: [],
  older: [],
  requests: [],
  tokens: null,
  lastId: 0,
  closed: null,
  gaps: 0
}
