import type { Scope } from '../../http/scope.ts'
import type { InputItem } from '../../openai/items/item.ts'
import type { ListedItem } from '../../openai/items/listed.ts'
import type { TurnEvent } from '../../turn/event.ts'
import { isTurnEnd } from '../../turn/event.ts'
import type { StoredThread } from './stored-response.ts'
import type { Reserve } from './stored-responses.ts'

/** A thread that contains a conversation up to a response, whose ids are made of `response`. */
export type ConversationThread = StoredThread & { response: string }

/** What is in a conversation. */
export interface ConversationContent {
  /** The oldest first, by their ids. */
  items: ReadonlyMap<string, InputItem>
  /** A thread that contains the first `count` of them. */
  thread: (ConversationThread & { count: number }) | undefined
}

/** A conversation that a response will be added to. */
export interface OpenConversation extends ConversationContent {
  /** Adds items, all or none; `thread` contains the conversation up to them. False where it was deleted meanwhile, or is full. */
  add: (items: readonly ListedItem[], thread?: ConversationThread) => Promise<boolean>
  /** Lets others go on with it. Does nothing the second time. */
  release: () => void
}

/** The conversations that responses can be added to. Both throw for one that is not there. */
export interface Conversations {
  read: (scope: Scope, id: string, reserve?: Reserve) => Promise<ConversationContent>
  /** Throws also for one that another response is being added to. */
  open: (scope: Scope, id: string, reserve?: Reserve) => Promise<OpenConversation>
}

/** The same events. A turn that fails releases what it continues before its client hears of it, so that a second try finds it free. */
export async function* releasedAtFailure(
  events: AsyncIterable<TurnEvent>,
  release: () => void
): AsyncGenerator<TurnEvent> {
  for await (const event of events) {
    if (isTurnEnd(event) && event.type !== 'turn.completed') release()
    yield event
  }
}
