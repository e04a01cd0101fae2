import type { TurnEnd, UsageEvent } from '../turn/event.ts'
import type { TurnRequest } from '../turn/request.ts'
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

/** How a turn waits for its client. */
export interface Pause {
  /** Codex waits, and no clock runs: the slot is given back. */
  begin: () => void
  /** Resolves when the turn has a slot again. */
  end: () => Promise<void>
}

/** Sees all that happens in a turn, as it happens, whoever has begun it. */
export interface TurnObserver {
  /** What it throws ends the turn. */
  noted: (frame: TurnFrame) => void
  /** App-server asks something. True when the observer will answer; else it is declined. */
  asked: (question: Question, pause: Pause) => boolean
  /** The model calls a function of the thread. True when the observer will answer. */
  called?: (call: Question, pause: Pause) => boolean
  /** A notification of the thread of a subagent that works for the turn. */
  child?: (threadId: string, method: string, params: object) => void
  /** A request to the model was answered, also one of a subagent. */
  used?: (event: UsageEvent, request: TurnRequest) => void
  /** Nothing more comes. Undefined where the turn was left before its end. */
  ended: (end: TurnEnd | undefined) => void
}

/** Who observes a turn that is asked for on a thread, if anybody does. */
export type ObserveTurn = (thread: ThreadRecord) => TurnObserver | undefined

/** The two as one: what is asked is asked of the second first. */
export function observedByBoth(
  one: TurnObserver | undefined,
  other: TurnObserver | undefined
): TurnObserver | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return {
    noted: (frame) => {
      one.noted(frame)
      other.noted(frame)
    },
    asked: (...question) => other.asked(...question) || one.asked(...question),
    called: (...call) => (other.called?.(...call) ?? false) || (one.called?.(...call) ?? false),
    child: (...notification) => {
      one.child?.(...notification)
      other.child?.(...notification)
    },
    used: (...usage) => {
      one.used?.(...usage)
      other.used?.(...usage)
    },
    ended: (end) => {
      try {
        one.ended(end)
      } finally {
        other.ended(end)
      }
    }
  }
}
