import { z } from 'zod'
import type { Operation } from '../../http/api.ts'
import { GatewayError } from '../../turn/error.ts'

/** Routes of a gateway that had one session for everybody. */
const paths = ['/api/state', '/api/events', '/api/turn', '/api/thread/new']

export const retiredOperations: readonly Operation[] = paths.flatMap((path) =>
  (['get', 'post'] as const).map((method) => ({
    method,
    path,
    summary: 'Retired: sessions are at `/api/sessions`.',
    answer: z.never(),
    failures: [410],
    handle() {
      throw new GatewayError('not_found', 'There is no single session. Open one with POST /api/sessions first.', {
        reason: 'retired'
      })
    }
  }))
)
