import { z } from 'zod'
import { metadata } from '../../openai/metadata.ts'

/** A conversation, for the description of the API. */
export const conversation = z.object({
  id: z.string(),
  object: z.literal('conversation'),
  created_at: z.int(),
  metadata
})

/** What stands in the braces of paths below `/conversations`, and of those of an item. */
export const ids = /conv_[^/]+/
export const itemIds = /[a-z]+_[^/]+/
