import type { ThreadRecord } from '../threads/record.ts'
import type { JournalItem } from './journal-store.ts'
import type { SessionRequest } from './request.ts'
import type { SessionRecord } from './session-store.ts'
import { transcriptOf } from './transcript.ts'
import type { TranscriptEntry } from './transcript.ts'

/** A model that a session may use. */
export interface SessionModel {
  id: string
  model: string
  displayName: string
  isDefault: boolean
}

/** Something that happened lately. `at` is in Unix milliseconds. */
export interface RecentEvent {
  at: number
  type: 'notification'
  method: string
  itemType: string | null
  itemId: string | null
  status: string | null
  textPreview: string
}

/** A session for lists and links. Times are Unix milliseconds. */
export interface SessionView {
  id: string
  createdAt: number
  lastAccessAt: number
  /** When it is closed, if nobody uses it until then. */
  expiresAt: number
  threadId: string
  workspace: string
  name: string | null
  preview: string
}

export type TurnStatus = 'completed' | 'interrupted' | 'failed'

/** How a session is at the moment. */
export interface SessionState {
  ready: true
  /** A path below the folder of the workspace, or `.`. */
  cwd: string
  /** Unix milliseconds. */
  startedAt: number
  workspace: string
  models: readonly SessionModel[]
  selectedModel: string | null
  effort: string | null
  approvalPolicy: string
  /** Whether questions of codex are put to those who watch. */
  canAsk: boolean
  /** Null where the thread was deleted or has expired. */
  threadId: string | null
  threadStatus: 'idle' | 'active' | 'missing'
  /** Null also while a turn waits for its slot. */
  currentTurnId: string | null
  activeTurn: boolean
  lastTurnStatus: TurnStatus | null
  pendingRequests: readonly SessionRequest[]
  /** In app-server’s words. */
  tokenUsage: unknown
  /** The last event of the journal that is in it. */
  seq: number
  transcript: readonly TranscriptEntry[]
  recentEvents: readonly RecentEvent[]
}

/** What a session of a workspace may do, and what it does where its thread says nothing. */
export interface SessionPlace {
  models: readonly SessionModel[]
  model: string | null
  approvalPolicy: string
  canAsk: boolean
}

export interface StateParts {
  record: SessionRecord
  /** Undefined where it is gone. */
  thread: ThreadRecord | undefined
  place: SessionPlace
  /** The one that is active; its id is undefined until codex has begun it. */
  turn: { id: string | undefined; textSoFar: (item: string) => string | undefined } | undefined
  lastStatus: TurnStatus | null
  requests: readonly SessionRequest[]
  seq: number
  items: readonly JournalItem[]
  recent: readonly RecentEvent[]
}

export function stateOf(parts: StateParts): SessionState {
  const { record, thread, place, turn, lastStatus, requests, seq, items, recent } = parts
  const { settings = {} } = thread ?? {}
  return {
    ready: true,
    cwd: settings.cwd || '.',
    startedAt: record.createdAt,
    workspace: record.workspace,
    models: place.models,
    selectedModel: settings.model ?? place.model,
    effort: settings.effort ?? null,
    approvalPolicy: settings.approvalPolicy ?? place.approvalPolicy,
    canAsk: place.canAsk,
    threadId: thread?.id ?? null,
    threadStatus: thread === undefined ? 'missing' : turn ? 'active' : 'idle',
    currentTurnId: turn?.id ?? null,
    activeTurn: turn !== undefined,
    lastTurnStatus: lastStatus,
    pendingRequests: requests,
    tokenUsage: record.usage === null ? null : (JSON.parse(record.usage) as unknown),
    seq,
    transcript: transcriptOf(
      items,
      (one) => one === turn?.id,
      (item) => turn?.textSoFar(item)
    ),
    recentEvents: recent
  }
}
