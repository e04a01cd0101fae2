import { inputItem } from '../../openai/items/item.ts'
import type { InputItem } from '../../openai/items/item.ts'
import type { ListedItem } from '../../openai/items/listed.ts'
import type { ConversationThread, StoredItem } from './kinds.ts'

/** What is in a conversation. */
export interface ConversationContent {
  /** The oldest first, by their ids. */
  items: ReadonlyMap<string, InputItem>
  /** A thread that contains the first of them. */
  thread: ConversationThread | undefined
}

/** A conversation that a response will be added to. */
export interface OpenConversation extends ConversationContent {
  /** Adds items, all or none; `thread` contains the conversation up to them. False where it was deleted meanwhile, or is full. */
  add: (items: readonly ListedItem[], thread?: Omit<ConversationThread, 'count'>) => Promise<boolean>
  /** Lets others go on with it. Does nothing the second time. */
  release: () => void
}

export function contentOf(stored: readonly StoredItem[]): ConversationContent {
  return {
    items: new Map(stored.map(({ item }) => [item.id, inputItem.parse(item)])),
    thread: stored.findLast(({ thread }, index) => thread?.count === index + 1)?.thread // else an item before it was deleted
  }
}

export function openConversation(
  content: ConversationContent,
  {
    append,
    release
  }: {
    append: (parts: { id: string; value: StoredItem }[]) => Promise<'added' | 'gone' | 'full'>
    release: () => void
  }
): OpenConversation {
  return {
    ...content,
    async add(items, thread) {
      const count = content.items.size + items.length
      const parts = items.map((item, index) => ({
        id: item.id,
        value: { item, ...(thread && index === items.length - 1 && { thread: { ...thread, count } }) }
      }))
      return (await append(parts)) === 'added'
    },
    release
  }
}
