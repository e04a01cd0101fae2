import type { Api } from '../../http/api.ts'

/** `/metrics`: the text that Prometheus reads. It needs a token like everything else. */
export function metricsApi(exposition: () => Promise<{ type: string; text: string }>): Api {
  return {
    operations: [
      {
        method: 'get',
        path: '/metrics',
        summary: 'Counts and times, for Prometheus.',
        answer: 'text/plain',
        async handle(ctx) {
          const { type, text } = await exposition()
          ctx.set('content-type', type)
          ctx.body = text
        }
      }
    ]
  }
}
