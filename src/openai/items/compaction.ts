import { z } from 'zod'
import type { HistoryItem } from '../../turn/request.ts'

/** What stands for the items that a compaction has replaced. */
export interface Compacted {
  /** What happened, in the model's words. */
  summary: string
  /** What developers and systems have said, which is not summarized. */
  instructions: string[]
}

const prefix = 'cgw1_'
const wellFormed = z.string().refine((text) => !/\p{Surrogate}/u.test(text))
const compacted: z.ZodType<Compacted> = z.object({ summary: wellFormed, instructions: z.array(wellFormed) })

/**
 * The `encrypted_content` of a compaction item. It is neither encrypted nor signed, for there is nothing to protect: it holds what
 * the caller has sent, and a summary of it. A forged one says no more than the caller may say in messages of his own.
 */
export function compactionContent(content: Compacted): string {
  return prefix + Buffer.from(JSON.stringify(content)).toString('base64url')
}

/** What a compaction item of ours stands for; undefined for one of another service, which only that can read. */
export function compactedIn(encrypted: unknown): Compacted | undefined {
  if (typeof encrypted !== 'string' || !encrypted.startsWith(prefix)) return undefined
  try {
    return compacted.parse(JSON.parse(Buffer.from(encrypted.slice(prefix.length), 'base64url').toString()))
  } catch {
    return undefined
  }
}

/**
 * The same as history. The summary is the assistant's own: what a tool or a file has said, and the model repeats in it, must not
 * speak as a user or a developer.
 */
export function compactedHistory({ summary, instructions }: Compacted): HistoryItem[] {
  const text = `Summary of our conversation up to here, of which the user’s messages are above:\n\n${summary}`
  return [
    ...instructions.map((one): HistoryItem => ({ type: 'message', role: 'developer', content: textOf(one) })),
    { type: 'message', role: 'assistant', content: textOf(text) }
  ]
}

const textOf = (text: string) => [{ type: 'text' as const, text }]
