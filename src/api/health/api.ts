import { z } from 'zod'
import type { Api, Operation } from '../../http/api.ts'

/** One thing that a turn needs. `message` is for an operator: what was found, or what is missing and what to do about it. */
export interface Check {
  name: string
  ok: boolean
  message: string
}

export interface HealthDependencies {
  /** Whether a turn could be run: the binary, the home, the login. */
  readiness: () => Promise<readonly Check[]>
  /** What `/healthz` reports beside `ok`. It is public. */
  facts?: Readonly<Record<string, unknown>> | undefined
}

const checkList = z.record(z.string(), z.object({ ok: z.boolean(), message: z.string() }))

/**
 * `/healthz` and `/health`: the server answers. `/ready`: a turn can be run, else 503; for probes and load balancers, which
 * have no token. `/readyz`: the same, and what is missing.
 */
export function healthApi({ readiness, facts = {} }: HealthDependencies): Api {
  return {
    operations: [
      aliveAt('/healthz', facts),
      aliveAt('/health', { ...facts, status: 'healthy' }), // what most probes and other gateways call it, and what one of them answers
      {
        method: 'get',
        path: '/ready',
        summary: 'Whether a turn could be run; 503 when not.',
        answer: z.object({ ok: z.boolean() }),
        failures: [503],
        isPublic: true,
        async handle(ctx) {
          const ok = (await readiness()).every((check) => check.ok)
          ctx.status = ok ? 200 : 503
          ctx.body = { ok }
        }
      },
      {
        method: 'get',
        path: '/readyz', // not public: it shows what is installed where
        summary: 'Whether a turn could be run, and what is missing; 503 when something is.',
        answer: z.object({ ok: z.boolean(), checks: checkList }),
        async handle(ctx) {
          const checks = await readiness()
          const ok = checks.every((check) => check.ok)
          ctx.status = ok ? 200 : 503
          ctx.body = { ok, checks: Object.fromEntries(checks.map(({ name, ok, message }) => [name, { ok, message }])) }
        }
      }
    ]
  }
}

function aliveAt(path: string, facts: Readonly<Record<string, unknown>>): Operation {
  return {
    method: 'get',
    path,
    summary: 'The gateway is up.',
    answer: z.looseObject({ ok: z.literal(true) }),
    isPublic: true,
    whileStopping: true,
    handle: (ctx) => void (ctx.body = { ok: true, ...facts })
  }
}
