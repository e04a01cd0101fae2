import type { TurnEnd } from '../turn/event.ts'
import type { ThreadRecord } from './record.ts'

/** A notification of app-server about a turn, and the same as JSON: `{method, params}`. */
export interface TurnFrame {
  method: string
  params: object
  json: string
}

/** What app-server asks about a turn, and waits for. One of `answer` and `decline` is to be called once. */
export interface Question {
  method: string
  params: object
  answer: (result: object) => void
  /** As nobody would answer. */
  decline: () => void
}

/** Sees all that happens in a turn, as it happens, whoever has begun it. */
export interface TurnObserver {
  /** What it throws ends the turn. */
  noted: (frame: TurnFrame) => void
  /** App-server asks something. True when the observer will answer; else it is declined. */
  asked: (question: Question) => boolean
  /** Nothing more comes. Undefined where the turn was left before its end. */
  ended: (end: TurnEnd | undefined) => void
}

/** Who observes a turn that is asked for on a thread, if anybody does. */
export type ObserveTurn = (thread: ThreadRecord) => TurnObserver | undefined
