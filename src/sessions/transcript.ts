import type { JournalItem } from './journal-store.ts'

/** A message of a conversation, as pages show it at once. `createdAt` is in Unix milliseconds. */
export interface TranscriptEntry {
  id: string
  role: 'user' | 'assistant'
  text: string
  status: 'inProgress' | 'completed' | 'interrupted'
  source: 'app-server'
  createdAt: number
  turnId: string
}

/** Characters of all of them together. */
const maxLength = 32_768

/** Messages as they are shown; texts that are too much are cut, those of the oldest first. `isOpen`: the turn still runs. */
export function transcriptOf(
  items: readonly JournalItem[],
  isOpen: (turn: string) => boolean,
  textSoFar: (item: string) => string | undefined
): TranscriptEntry[] {
  const entries = items.map((item) => entryFrom(item, isOpen(item.turn), textSoFar))
  let left = maxLength
  for (const entry of entries.toReversed()) {
    if (entry.text.length > left) entry.text = `${entry.text.slice(0, left)}…`
    left = Math.max(0, left - entry.text.length)
  }
  return entries
}

interface Item {
  text?: unknown
  content?: { type?: unknown; text?: unknown }[]
}

function entryFrom(
  { id, turn, at, type, body }: JournalItem,
  isOpen: boolean,
  textSoFar: (item: string) => string | undefined
): TranscriptEntry {
  const isUsers = type === 'userMessage'
  const open = isUsers ? undefined : textSoFar(id)
  return {
    id,
    role: isUsers ? 'user' : 'assistant',
    text: open ?? textOf(JSON.parse(body) as Item),
    status: open === undefined ? 'completed' : isOpen ? 'inProgress' : 'interrupted',
    source: 'app-server',
    createdAt: at,
    turnId: turn
  }
}

function textOf({ text, content = [] }: Item): string {
  if (typeof text === 'string') return text
  return content.map((part) => (part.type === 'text' ? String(part.text) : `[${String(part.type)}]`)).join('\n')
}
