import { z } from 'zod'
import { invalid, parsed } from '../../openai/invalid.ts'
import { completionFields } from '../../openai/numbers.ts'

/** The limits of one request: counts, and lengths in characters. */
const limits = { prompts: 16, choices: 8, stop: 4, stopLength: 256, model: 256 }

const stop = z.string().max(limits.stopLength, `at most ${limits.stopLength} characters`)

/** The body of a legacy completion, for all that is honoured or must be right. `null` is absent; what is not named here is not looked at. */
export const completionRequest = z.object({
  model: z.string().max(limits.model, `at most ${limits.model} characters`).nullish(),
  prompt: z.union([
    z.string(),
    z.array(z.string()).min(1, 'at least one prompt is needed').max(limits.prompts, `at most ${limits.prompts} prompts`)
  ]),
  n: z.int().min(1).max(limits.choices).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  stop: z.union([stop, z.array(stop).max(limits.stop, `at most ${limits.stop} sequences`)]).nullish(),
  ...completionFields
})

export type CompletionRequest = z.output<typeof completionRequest>

/** Counted before it is read: zod would gather a complaint for every member of a list of millions, such as tokens. */
const envelope = completionRequest.extend({ prompt: z.union([z.string(), z.array(z.unknown())]) })

/** Reads a body. Throws a `GatewayError` that names the first bad field. */
export function completionRequestFrom(body: unknown): CompletionRequest {
  const { prompt, ...rest } = parsed(envelope, body)
  const first = Array.isArray(prompt) ? prompt.slice(0, limits.prompts + 1) : prompt
  const request = { ...rest, prompt: parsed(completionRequest.shape.prompt, first, ['prompt']) }
  const count = [request.prompt].flat().length * (request.n ?? 1)
  if (count > limits.prompts)
    throw invalid(`Invalid value for 'n': at most ${limits.prompts} answers, but ${count} were asked for.`, 'n')
  return request
}
