import { z } from 'zod'
import type { ErrorDialect } from '../http/api.ts'
import { errorAnswerFrom } from '../openai/errors.ts'
import type { GatewayError } from '../turn/error.ts'

const schema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    param: z.string().optional().meta({ description: 'The field at fault.' }),
    reason: z.string().optional().meta({ description: 'What exactly is wrong, where the code leaves that open.' }),
    retryAfter: z.number().optional().meta({ description: 'Seconds.' })
  })
})

/** How a failure reads where app-server's words are spoken: with the statuses and headers of all other paths, and the gateway's own codes. */
export const appServerErrors: ErrorDialect = {
  answer(error, repeatable) {
    const { status, headers } = errorAnswerFrom(error, repeatable)
    return { status, headers, body: errorBodyFrom(error) }
  },
  schema,
  exposes: ['retry-after', 'retry-after-ms', 'x-should-retry']
}

export function errorBodyFrom({ code, message, param, reason, retryAfter }: GatewayError): z.output<typeof schema> {
  return {
    error: {
      code,
      message,
      ...(param !== undefined && { param }),
      ...(reason !== undefined && { reason }),
      ...(retryAfter !== undefined && { retryAfter })
    }
  }
}
