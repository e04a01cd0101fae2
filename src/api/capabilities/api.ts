import { z } from 'zod'
import type { Api, Operation } from '../../http/api.ts'
import { treatmentBy } from '../../http/parameters.ts'
import type { Parameter, UnsupportedPolicy } from '../../http/parameters.ts'
import type { EngineInfo } from '../../turn/engine.ts'

export interface CapabilitiesDependencies {
  /** The APIs whose parameters are listed. */
  apis: readonly Api[]
  /** What all paths begin with for clients, such as `/v1`. */
  prefix: string
  /** The preferred one first. */
  engines: readonly EngineInfo[]
  unsupportedParameters: UnsupportedPolicy
}

const treatment = z.enum(['honoured', 'ignored', 'refused'])

/** `/capabilities`: whether each parameter of each API is honoured, ignored or refused, by engine. */
export function capabilitiesApi({ apis, prefix, engines, unsupportedParameters }: CapabilitiesDependencies): Api {
  const names = engines.map(({ name }) => name)
  const byEngine = Object.fromEntries(names.map((name) => [name, treatment]))
  const parameter = z.object({ ...byEngine, note: z.string(), accepted_values: z.array(z.unknown()).optional() })
  const rowOf = (row: Parameter) => ({
    ...Object.fromEntries(engines.map((engine) => [engine.name, treatmentBy(engine, row, unsupportedParameters)])),
    note: row.note,
    ...(row.harmless?.length && { accepted_values: row.harmless }) // accepted whatever the treatment
  })
  const tableOf = ({ path, parameters }: Operation) =>
    parameters ? [[prefix + path, Object.fromEntries([...parameters].map(([name, row]) => [name, rowOf(row)]))]] : []
  const body = {
    object: 'capabilities',
    engine: names[0],
    apis: Object.fromEntries(apis.flatMap(({ operations }) => operations.flatMap(tableOf))) as object
  }
  return {
    operations: [
      {
        method: 'get',
        path: '/capabilities',
        summary: 'Whether each parameter of each API is honoured, ignored or refused, by engine.',
        answer: z.object({
          object: z.literal('capabilities'),
          engine: z.enum(names),
          apis: z.record(z.string(), z.record(z.string(), parameter))
        }),
        handle: (ctx) => void (ctx.body = body)
      }
    ]
  }
}
