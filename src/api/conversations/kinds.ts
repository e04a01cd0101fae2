import { z } from 'zod'
import { inputItem } from '../../openai/items/item.ts'
import type { ListedItem } from '../../openai/items/listed.ts'
import { metadata } from '../../openai/metadata.ts'
import type { Metadata } from '../../openai/metadata.ts'
import type { Kind } from '../../store/kind.ts'
import type { PartKind } from '../../store/parts.ts'
import type { Bounds } from '../../store/shrink.ts'

/** A conversation as it is stored; its items are its parts. `created_at` is in Unix seconds. */
export interface StoredConversation {
  created_at: number
  metadata: Metadata
  /** Where its responses run. */
  workspace: string
}

/** A persistent codex thread that contains the first `count` items of a conversation and nothing else. */
export interface ConversationThread {
  id: string
  /** The turn up to which it does, where the engine names its turns. */
  turn?: string | undefined
  /** As the settings of a turn that can go on in it. */
  settings: string
  /** What the ids of the response are made of that was made last in it. */
  response: string
  count: number
}

/** One item, with the thread that contains the conversation up to it. */
export interface StoredItem {
  item: ListedItem
  thread?: ConversationThread | undefined
}

/** What one conversation may have: items, and bytes of them. */
const limits = { count: 10_000, bytes: 67_108_864 }

export const conversationKind = (bounds: Bounds): Kind<StoredConversation> => ({
  name: 'conversation',
  version: 1,
  schema: z.object({ created_at: z.int(), metadata, workspace: z.string() }),
  bounds
})

const item = z.custom<ListedItem>(
  (value) => inputItem.safeParse(value).success && z.object({ id: z.string() }).safeParse(value).success
)

export const itemKind: PartKind<StoredItem> = {
  name: 'conversation_item',
  version: 1,
  schema: z.object({
    item,
    thread: z
      .object({
        id: z.string(),
        turn: z.string().optional(),
        settings: z.string(),
        worker: z.string().optional(),
        response: z.string(),
        count: z.int()
      })
      .optional()
  }),
  limits
}
