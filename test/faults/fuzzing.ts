import type fc from 'fast-check'
import { z } from 'zod'
import { errorBody } from '../support/openai-schemas.ts'

/** Seconds that each fuzz takes: `FUZZ_SECONDS=30 npx vitest --run test/faults/fuzz` */
export const seconds = Number(process.env['FUZZ_SECONDS'] ?? 4)

/** As many runs as the time allows, the same ones every time. A failure is shrunk, and its smallest input shown. */
export const budget: fc.Parameters<unknown> = {
  seed: Number(process.env['FUZZ_SEED'] ?? 20_261_126),
  numRuns: 1_000_000,
  interruptAfterTimeLimit: seconds * 1_000,
  markInterruptAsFailure: false
}

/** Of an HTTP answer. */
export interface Answered {
  status: number
  contentType: string | undefined
  text: string
}

const documented = [502, 503, 504]

/** An error of what OpenAI has no path for. */
const ownError = z.object({ error: z.object({ code: z.string(), message: z.string() }) })

/** Throws for an answer that no input may lead to: an undocumented 5xx, or an error that is not OpenAI's JSON, on OpenAI's paths. */
export function checkAnswer({ status, contentType, text }: Answered, isOpenAIs = true): void {
  if (status >= 500 && !documented.includes(status))
    throw new Error(`It was answered with ${status}: ${text.slice(0, 300)}`)
  if (status < 400) return
  z.literal('application/json; charset=utf-8').parse(contentType)
  const body = isOpenAIs ? errorBody : ownError
  body.parse(JSON.parse(text))
}
