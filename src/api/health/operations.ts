import { z } from 'zod'
import type { Operation } from '../../http/operation.ts'

const checks = z.record(z.string(), z.object({ ok: z.boolean(), message: z.string() }))

/** What this API is asked for. */
export const healthOperations: Operation[] = [
  {
    method: 'get',
    path: '/healthz',
    summary: 'The gateway is up.',
    answer: z.looseObject({ ok: z.literal(true) }),
    open: true
  },
  {
    method: 'get',
    path: '/readyz',
    summary: 'Whether a turn could be run, and what is missing; 503 when something is.',
    answer: z.object({ ok: z.boolean(), checks })
  }
]
