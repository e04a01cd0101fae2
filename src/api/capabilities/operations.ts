import { z } from 'zod'
import type { Operation } from '../../http/operation.ts'
import { engineNames } from '../../turn/request.ts'

const treatment = z.enum(['honoured', 'ignored', 'refused'])
const parameter = z.object({
  exec: treatment,
  'app-server': treatment,
  note: z.string(),
  accepted_values: z.array(z.unknown()).optional()
})

/** What this API is asked for. */
export const capabilitiesOperations: Operation[] = [
  {
    method: 'get',
    path: '/capabilities',
    summary: 'Whether each parameter of each API is honoured, ignored or refused, by engine.',
    answer: z.object({
      object: z.literal('capabilities'),
      engine: z.enum(engineNames),
      apis: z.record(z.string(), z.record(z.string(), parameter))
    })
  }
]
