import { z } from 'zod'
import type { Operation } from '../../http/operation.ts'

const model = z.object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() })

/** What this API is asked for. */
export const modelsOperations: Operation[] = [
  {
    method: 'get',
    path: '/models',
    summary: 'The models and aliases to choose from.',
    answer: z.object({ object: z.literal('list'), data: z.array(model) })
  },
  {
    method: 'get',
    path: '/models/{id}',
    summary: 'One of them, also one that the list hides. The id may hold slashes.',
    answer: model
  }
]
