import { z } from 'zod'
import type { Usage } from '../turn/usage.ts'

/** Tokens as chat completions report them. Audio and predictions are never used here. */
export interface ChatUsage {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  prompt_tokens_details: { cached_tokens: number; audio_tokens: number }
  completion_tokens_details: {
    reasoning_tokens: number
    audio_tokens: number
    accepted_prediction_tokens: number
    rejected_prediction_tokens: number
  }
}

/** Zeros where the usage is unknown: clients expect the three sums in every answer. */
export function chatUsageFrom(usage: Usage | undefined): ChatUsage {
  const prompt = usage?.input_tokens ?? 0
  const completion = usage?.output_tokens ?? 0
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: usage?.cached_input_tokens ?? 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage?.reasoning_output_tokens ?? 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0
    }
  }
}

/** Tokens as the Responses API reports them. */
export interface ResponseUsage {
  input_tokens: number
  input_tokens_details: { cached_tokens: number; cache_write_tokens: number }
  output_tokens: number
  output_tokens_details: { reasoning_tokens: number }
  total_tokens: number
}

/** Zeros where the usage is unknown, as for chat. */
export function responseUsageFrom(usage: Usage | undefined): ResponseUsage {
  const input = usage?.input_tokens ?? 0
  const output = usage?.output_tokens ?? 0
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage?.cached_input_tokens ?? 0,
      cache_write_tokens: usage?.cache_write_input_tokens ?? 0
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage?.reasoning_output_tokens ?? 0 },
    total_tokens: input + output
  }
}

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
