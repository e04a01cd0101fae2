import type { Operation } from '../../http/operation.ts'

/** What this API is asked for. */
export const metricsOperations: Operation[] = [
  { method: 'get', path: '/metrics', summary: 'Counts and times, for Prometheus.', answer: 'text/plain' }
]
