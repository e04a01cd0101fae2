import { z } from 'zod'

const window = z.object({ usedPercent: z.number(), resetsAt: z.number() }).nullish().catch(null)
const limits = z.object({ rateLimits: z.object({ primary: window, secondary: window }) })

/** Whole seconds until every used-up window of the account is reset, from `account/rateLimits/updated`. */
export function secondsToReset(value: unknown, now: number): number | undefined {
  const { primary, secondary } = limits.safeParse(value).data?.rateLimits ?? {}
  const waits = [primary, secondary].flatMap((one) =>
    one && one.usedPercent >= 100 ? [Math.ceil(one.resetsAt - now / 1000)] : []
  )
  const longest = Math.max(...waits)
  return longest > 0 && Number.isFinite(longest) ? longest : undefined
}
