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

/** How many of the last messages, and characters of them together. */
const shown = { entries: 100, length: 32_768 }

/** The last messages among the items of a journal; texts that are too much are cut, those of the oldest first. `isOpen`: the turn still runs. */
export function transcriptOf(
  items: readonly JournalItem[],
  isOpen: (turn: string) => boolean,
  textSoFar: (item: string) => string | undefined
): TranscriptEntry[] {
  const entries = items.flatMap((item) => entryFrom(item, isOpen(item.turn), textSoFar) ?? []).slice(-shown.entries)
  let left = shown.length
  for (const entry of entries.toReversed()) {
    if (entry.text.length > left) entry.text = `${entry.text.slice(0, left)}…`
    left = Math.max(0, left - entry.text.length)
  }
  return entries
}

interface Item {
  type?: unknown
  text?: unknown
  content?: { type?: unknown; text?: unknown }[]
  isComplete?: boolean
}

function entryFrom(
  { id, turn, at, body }: JournalItem,
  isOpen: boolean,
  textSoFar: (item: string) => string | undefined
): TranscriptEntry | undefined {
  const item = JSON.parse(body) as Item
  if (item.type !== 'userMessage' && item.type !== 'agentMessage') return undefined
  const open = item.type === 'agentMessage' ? textSoFar(id) : undefined
  return {
    id,
    role: item.type === 'userMessage' ? 'user' : 'assistant',
    text: open ?? textOf(item),
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
