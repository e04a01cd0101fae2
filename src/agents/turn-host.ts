import type { Question } from '../threads/observer.ts'
import type { JournalRecord } from '../sessions/record-store.ts'
import type { TurnEnd } from '../turn/event.ts'
import type { Begin } from './beginning.ts'
import type { Hosted } from './hosted.ts'
import type { ShownTurn } from './shown-turn.ts'
import type { TokenUsage } from './status.ts'

/** What a turn is made with. */
export interface TurnOptions {
  /** A turn that goes on after codex was gone, and the place of its next item. */
  former?: { turn: ShownTurn; index: number } | undefined
  /** What codex is given to begin with. */
  inputs?: Begin[] | undefined
}

export type NewRecord = Omit<JournalRecord, 'seq'>

/** Those who work for the agent of a session. */
export interface Team {
  /** How many of them are at work. */
  readonly working: number
  idOf: (threadId: string) => string
  noted: (params: object) => void
  child: (threadId: string, method: string, params: object) => void
  end: () => void
}

/** The session that a turn belongs to. */
export interface TurnHost {
  readonly id: string
  readonly agentId: string
  readonly subagents: Team
  /** Where its turns work, if that is an environment. */
  readonly hosted?: Pick<Hosted, 'shownPath' | 'settled' | 'watch'> | undefined
  /** Writes an event. */
  emit: (type: string, fields: object, records?: readonly NewRecord[]) => void
  /** Codex has begun the turn of this id. */
  begun: (codexId: string) => void
  /** Somebody is asked something by codex. True: it will be answered. */
  asked: (question: Question) => boolean
  /** The model calls a function. True: it will be answered. */
  called: (call: Question) => boolean
  /** An item of the turn has begun or is complete. */
  worked: () => void
  /** Whether the turn, of which nothing runs any more, goes on when what it waits for comes. */
  parks: (end: TurnEnd | undefined) => boolean
  /** The turn is over; a snapshot of the session follows. */
  ended: (usage: TokenUsage | null) => void
  emitStatus: () => void
  /** Stores what has happened; `store`: and how the session is. */
  flush: () => void
  store: () => void
  /** Throws while nothing can be stored. */
  checkStore: () => void
}
