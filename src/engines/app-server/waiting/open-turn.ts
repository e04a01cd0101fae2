import type { Connection } from '../../../codex/app-server/connection.ts'
import type { OpenCalls } from './open-calls.ts'
import type { ToolStep } from './step.ts'

/** A turn of codex that waits for what its calls return. */
export interface OpenTurn {
  readonly connection: Connection
  readonly threadId: string
  readonly turnId: string
  /** What the environment of its commands contains. */
  readonly mark: string
  readonly calls: OpenCalls
  /** Interrupts it. Resolves when nothing is left. */
  end: () => Promise<void>
  /** Called when codex has ended it. */
  onLost: () => void
}

/** A message that came with results. */
export type AddedMessage = ToolStep['messages'][number]

/** A turn in which a request goes on, and with what. */
export interface Resumed {
  turn: OpenTurn
  /** What each of its calls returned, by codex's id. */
  results: ReadonlyMap<string, AddedMessage['content']>
  messages: AddedMessage[]
  /** What the turn is found by when it waits again, where all of the request is in its conversation. */
  key: WaitingKey
}

/** What a turn is found by. */
export interface WaitingKey {
  /** A hash of all that shapes its thread. */
  settings: string
  /** A hash of the conversation up to the response that has the calls. */
  conversation: string
}
