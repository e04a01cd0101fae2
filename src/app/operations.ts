import { capabilitiesOperations } from '../api/capabilities/operations.ts'
import { chatOperations } from '../api/chat/operations.ts'
import { completionsOperations } from '../api/completions/operations.ts'
import { descriptionOperations } from '../api/description/operations.ts'
import { healthOperations } from '../api/health/operations.ts'
import { metricsOperations } from '../api/metrics/operations.ts'
import { modelsOperations } from '../api/models/operations.ts'
import { responsesOperations } from '../api/responses/operations.ts'
import type { Operation } from '../http/operation.ts'

/** What the gateway may be asked for, every API's operations together. */
export function allOperations({ metrics }: { metrics: boolean }): Operation[] {
  return [
    ...chatOperations,
    ...responsesOperations,
    ...completionsOperations,
    ...modelsOperations,
    ...capabilitiesOperations,
    ...healthOperations,
    ...(metrics ? metricsOperations : []),
    ...descriptionOperations
  ]
}
