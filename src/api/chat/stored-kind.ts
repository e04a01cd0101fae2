import { z } from 'zod'
import { metadata } from '../../openai/metadata.ts'
import type { Metadata } from '../../openai/metadata.ts'
import type { Kind } from '../../store/kind.ts'
import type { PartKind } from '../../store/parts.ts'
import type { Bounds } from '../../store/shrink.ts'
import { chatCompletion } from './completion.ts'
import type { ChatCompletion } from './completion.ts'
import type { StoredMessage } from './stored-message.ts'

/** A completion as it is stored; the messages of its request are its parts. */
export interface StoredCompletion {
  completion: ChatCompletion
  metadata: Metadata
  /** Where its turn ran. */
  workspace: string
}

/** What the messages of one request may be together. */
const limits = { count: 10_000, bytes: 134_217_728 }

/** The labels by which completions are listed. */
export interface CompletionFilter {
  workspace: string
  model?: string | undefined
  metadata: Metadata
}

export function labelsFrom({ workspace, model, metadata }: CompletionFilter): Record<string, string> {
  const pairs = Object.entries(metadata).map(([key, value]) => [`metadata.${key}`, value])
  return { workspace, ...(model !== undefined && { model }), ...(Object.fromEntries(pairs) as Metadata) }
}

export const completionKind = (bounds: Bounds): Kind<StoredCompletion> => ({
  name: 'chat_completion',
  version: 1,
  schema: z.object({ completion: chatCompletion, metadata, workspace: z.string() }),
  bounds,
  labelsOf: ({ completion, ...stored }) => labelsFrom({ ...stored, model: completion.model })
})

export const messageKind: PartKind<StoredMessage> = {
  name: 'chat_message',
  version: 1,
  schema: z.looseObject({ id: z.string(), role: z.string() }) as unknown as z.ZodType<StoredMessage>,
  limits
}
