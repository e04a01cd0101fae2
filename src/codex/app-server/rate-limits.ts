import { z } from 'zod'

const window = z
  .object({
    usedPercent: z.number().transform((percent) => Math.min(Math.max(percent, 0), 100)),
    windowDurationMins: z.number().nullish().catch(null),
    resetsAt: z.number()
  })
  .nullish()
  .catch(null)
const limits = z.object({
  rateLimits: z.object({ limitId: z.string().nullish().catch(null), primary: window, secondary: window })
})

/** A window of a known duration, as it was reported. `resetsAt` in Unix seconds. */
export interface ReportedWindow {
  limit: string
  minutes: number
  resetsAt: number
  usedPercent: number
}

type Latest = Pick<z.output<typeof limits>['rateLimits'], 'primary' | 'secondary'>

/**
 * The account's usage windows, from `account/rateLimits/updated`. A response without the provider's headers has null windows
 * (codex-cli 0.169), which take back nothing. Windows are told apart by their duration: the provider has changed which is `primary`.
 */
export class ReportedWindows {
  /** By duration in minutes; by place where that is not known. */
  readonly #windows = new Map<string, { usedPercent: number; resetsAt: number }>()
  #latest: Latest = { primary: null, secondary: null }

  /** Returns those that it names. */
  update(value: unknown): ReportedWindow[] {
    const { limitId, primary, secondary } = limits.safeParse(value).data?.rateLimits ?? {}
    for (const [place, one] of Object.entries({ primary, secondary }))
      if (one) this.#windows.set(String(one.windowDurationMins ?? place), one)
    this.#latest = { primary: primary ?? this.#latest.primary, secondary: secondary ?? this.#latest.secondary }
    return [primary, secondary].flatMap((one) =>
      one?.windowDurationMins
        ? [
            {
              limit: limitId ?? 'codex',
              minutes: one.windowDurationMins,
              resetsAt: one.resetsAt,
              usedPercent: one.usedPercent
            }
          ]
        : []
    )
  }

  /** As they were last reported, each null where it never was. */
  get latest(): Latest {
    return this.#latest
  }

  /** Whole seconds until every used-up window is reset; `now` in milliseconds. */
  secondsToReset(now: number): number | undefined {
    const waits = [...this.#windows.values()].map(({ usedPercent, resetsAt }) =>
      usedPercent >= 100 ? Math.ceil(resetsAt - now / 1000) : 0
    )
    const longest = Math.max(...waits)
    return longest > 0 && Number.isFinite(longest) ? longest : undefined
  }
}
