import { GatewayError } from '../turn/error.ts'
import type { AccountWindow, AccountWindows, WindowParts } from './windows.ts'
import { outside } from './windows.ts'

export interface ShareSettings {
  /** Percent of a window that anybody may use. */
  free: number
  /** What principals may use in proportion; 1 where one is not named. */
  weights: Readonly<Record<string, number>>
}

/** Why a principal's turn must not begin, where windows are shared out. */
export function sharesRefusal(
  principal: string,
  windows: AccountWindows,
  settings: ShareSettings | undefined,
  now: number
): GatewayError | undefined {
  if (!settings) return undefined
  return windows
    .current(now)
    .map((window) => shareRefusal(principal, window, windows.partsOf(window), { settings, now }))
    .find((refusal) => refusal !== undefined)
}

/**
 * Why a principal's turn must not begin: it has used its share of a window that will not last. Nothing is refused as long as the window
 * is used no faster than its time passes.
 */
export function shareRefusal(
  principal: string,
  window: AccountWindow,
  parts: WindowParts,
  { settings, now }: { settings: ShareSettings; now: number }
): GatewayError | undefined {
  const { usedPercent, minutes, resetsAt } = window
  const elapsed = Math.min(Math.max(1 - (resetsAt - now) / (minutes * 60), 0), 1)
  if (usedPercent < settings.free || usedPercent <= elapsed * 100) return undefined
  const own = parts.get(principal) ?? 0
  const share = sharePercent(principal, parts, settings)
  if (own < share) return undefined
  const reset = new Date(resetsAt * 1000).toISOString().replace('.000', '')
  return new GatewayError(
    'usage_limit_exceeded',
    `You have used ${own.toFixed(1)} % of the account's limit of ${spanText(minutes)}; your share is ${share.toFixed(1)} %. It resets at ${reset}.`,
    { retryAfter: Math.max(resetsAt - now, 1) }
  )
}

/** What a principal may use of a window, in percent, among those who use it. */
export function sharePercent(principal: string, parts: WindowParts, { weights }: ShareSettings): number {
  const names = new Set([...parts.keys(), ...Object.keys(weights), principal])
  names.delete(outside)
  const weightOf = (name: string) => weights[name] ?? 1
  const total = [...names].reduce((sum, name) => sum + weightOf(name), 0)
  return (100 * weightOf(principal)) / total
}

function spanText(minutes: number): string {
  if (minutes % 1_440 === 0) return minutes === 1_440 ? 'a day' : `${minutes / 1_440} days`
  return minutes % 60 === 0 ? `${minutes / 60} hours` : `${minutes} minutes`
}
