import type { TurnView } from '../threads/turn-view.ts'
import type { JournalItem } from './journal-store.ts'

/** How many messages of a thread a session begins with, and how many characters of JSON one may have. */
const limits = { messages: 100, length: 1_048_576 }

/** The last messages of a thread, from its turns with the newest first, as a session's journal has them from before its first event. */
export function earlierItems(turns: readonly TurnView[]): JournalItem[] {
  const messages = turns
    .toReversed()
    .flatMap(({ id: turn, startedAt, items }) =>
      items.map((item) => ({
        turn,
        at: (startedAt ?? 0) * 1000,
        id: item.id,
        type: item.type,
        body: JSON.stringify(item)
      }))
    )
    .filter(({ type, body }) => isMessage(type) && body.length <= limits.length)
    .slice(-limits.messages)
  return messages.map((message, index) => ({ ...message, seq: index + 1 - messages.length }))
}

const isMessage = (type: string) => type === 'userMessage' || type === 'agentMessage'
