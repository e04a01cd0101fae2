import { z } from 'zod'

/** A number of OpenAI's reference, with its range; `null` is absent. */
const between = (low: number, high: number) => z.number().min(low).max(high).nullish()

/** A limit on tokens. OpenAI wants one at least, but clients send 0 for none. */
export const tokenLimit = z.int().min(0).nullish()

/** What the APIs have in common. It has no effect here, but a client's mistake is one all the same. */
export const samplingFields = {
  temperature: between(0, 2),
  top_p: between(0, 1),
  presence_penalty: between(-2, 2),
  frequency_penalty: between(-2, 2)
}

/** What both kinds of completions have in common. */
export const completionFields = {
  ...samplingFields,
  seed: z.int().nullish(),
  logit_bias: z.record(z.string(), z.number().min(-100).max(100)).nullish(),
  max_tokens: tokenLimit
}
