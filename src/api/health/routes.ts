import Router from '@koa/router'
import type { RequestState } from '../../http/state.ts'

/** One thing that a turn needs. `message` tells an operator what is there, or what is missing and what to do about it. */
export interface Check {
  name: string
  ok: boolean
  message: string
}

export interface HealthDependencies {
  /** Whether a turn could be run: the binary, the home, the login. */
  readiness: () => Promise<readonly Check[]>
  /** What `/healthz` tells beside `ok`. It is open to everybody. */
  facts?: Readonly<Record<string, unknown>>
}

/** `GET /healthz`: the server answers. `GET /readyz`: a turn can be run, else 503 and what is missing. */
export function healthRoutes({ readiness, facts = {} }: HealthDependencies): Router<RequestState> {
  const router = new Router<RequestState>()
  router.get('/healthz', (ctx) => {
    ctx.body = { ok: true, ...facts }
  })
  router.get('/readyz', async (ctx) => {
    const checks = await readiness()
    const ok = checks.every((check) => check.ok)
    ctx.status = ok ? 200 : 503
    ctx.body = { ok, checks: Object.fromEntries(checks.map(({ name, ok, message }) => [name, { ok, message }])) }
  })
  return router
}
