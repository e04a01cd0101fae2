import { z } from 'zod'
import type { ChatUsage, ResponseUsage } from './usage.ts'

const tokens = z.int().min(0)

/** `ChatUsage`, for the description of the API. */
export const chatUsage: z.ZodType<ChatUsage> = z.object({
  prompt_tokens: tokens,
  completion_tokens: tokens,
  total_tokens: tokens,
  prompt_tokens_details: z.object({ cached_tokens: tokens, audio_tokens: tokens }),
  completion_tokens_details: z.object({
    reasoning_tokens: tokens,
    audio_tokens: tokens,
    accepted_prediction_tokens: tokens,
    rejected_prediction_tokens: tokens
  })
})

/** `ResponseUsage`, for the description of the API. */
export const responseUsage: z.ZodType<ResponseUsage> = z.object({
  input_tokens: tokens,
  input_tokens_details: z.object({ cached_tokens: tokens, cache_write_tokens: tokens }),
  output_tokens: tokens,
  output_tokens_details: z.object({ reasoning_tokens: tokens }),
  total_tokens: tokens
})
