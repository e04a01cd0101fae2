import type { ThreadRecord } from '../threads/record.ts'
import type { JournalStore } from './journal-store.ts'
import type { SessionRequest } from './request.ts'
import type { SessionRecord } from './session-store.ts'
import type { SessionPlace } from './state.ts'

export interface SessionOptions {
  journals: JournalStore
  /** Undefined where the thread is gone. */
  threadOf: (record: SessionRecord) => ThreadRecord | undefined
  placeOf: (workspace: string) => SessionPlace
  /** Milliseconds without use after which a session is closed. */
  idleMs: number
  /** Milliseconds for an answer to a question of codex. */
  patienceMs: number
  /** A question of codex has come, or is over. */
  asked: (record: SessionRecord, request: SessionRequest) => void
}

/** Why a session came to its end, or only this gateway’s part in it (`shutdown`). */
export type CloseReason = 'deleted' | 'expired' | 'evicted' | 'shutdown'
