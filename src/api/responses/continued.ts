import type { Scope } from '../../http/scope.ts'
import type { InputItem } from '../../openai/items/item.ts'
import { historyFrom } from '../../openai/items/history.ts'
import { GatewayError } from '../../turn/error.ts'
import { conversationIn } from './named-conversation.ts'
import type { ConversationContent, Conversations, OpenConversation } from './conversation.ts'
import type { ResponseRequest } from './schema.ts'
import { readStoredImage } from './stored-responses.ts'
import type { Previous, Reserve, StoredResponses } from './stored-responses.ts'

/** What a request continues, if anything. */
export interface Continued {
  previous: Previous | undefined
  /** Set where it is a conversation. */
  conversation: OpenConversation | undefined
  /** Items that can be named by their ids. */
  items: ReadonlyMap<string, InputItem>
}

export interface ContinuedFrom {
  stored: StoredResponses
  /** Left out where nothing is stored. */
  conversations?: Conversations | undefined
}

type Names = Pick<ResponseRequest, 'conversation' | 'previous_response_id'>

const none: ReadonlyMap<string, InputItem> = new Map()

/** Finds what a new response continues. A conversation is the response's until it is released. */
export async function continuedBy(
  request: Names,
  scope: Scope,
  { stored, conversations }: ContinuedFrom,
  reserve?: Reserve
): Promise<Continued> {
  const id = conversationIn(request)
  if (id === undefined)
    return { previous: await previousOf(request, scope, stored, reserve), conversation: undefined, items: none }
  const conversation = await known(conversations).open(scope, id, reserve)
  try {
    return { previous: previousIn(conversation, scope, stored), conversation, items: conversation.items }
  } catch (error) {
    conversation.release()
    throw error
  }
}

/** The same, for who only reads it. */
export async function readContinued(
  request: Names,
  scope: Scope,
  { stored, conversations }: ContinuedFrom,
  reserve?: Reserve
): Promise<Omit<Continued, 'conversation'>> {
  const id = conversationIn(request)
  if (id === undefined) return { previous: await previousOf(request, scope, stored, reserve), items: none }
  const content = await known(conversations).read(scope, id, reserve)
  return { previous: previousIn(content, scope, stored), items: content.items }
}

async function previousOf(
  { previous_response_id: id }: Names,
  scope: Scope,
  stored: StoredResponses,
  reserve?: Reserve
) {
  return id ? stored.previous(scope, id, reserve) : undefined
}

/** Items that came behind what a thread contains are sent to it. */
function previousIn({ items, thread }: ConversationContent, scope: Scope, stored: StoredResponses): Previous {
  const all = [...items.values()]
  const inThread = historyFrom(all.slice(0, thread?.count ?? 0), [], readStoredImage, 'conversation')
  return {
    history: historyFrom(all.slice(thread?.count ?? 0), inThread, readStoredImage, 'conversation'),
    thread: thread && { ...thread, heldItems: inThread.length },
    claim: async () => thread !== undefined && stored.claim(scope.owner, thread.response)
  }
}

function known(conversations: Conversations | undefined): Conversations {
  if (conversations) return conversations
  throw new GatewayError(
    'unsupported',
    'Conversations are not stored here: CODEX_THREAD_TTL_HOURS is 0. Send all items each time.',
    { param: 'conversation' }
  )
}
