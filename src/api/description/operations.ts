import { z } from 'zod'
import type { Operation } from '../../http/operation.ts'

/** What this API is asked for. */
export const descriptionOperations: Operation[] = [
  {
    method: 'get',
    path: '/openapi.json',
    summary: 'This description.',
    answer: z.looseObject({ openapi: z.string() }),
    open: true
  },
  { method: 'get', path: '/docs', summary: 'This description, to read.', answer: 'text/html', open: true }
]
