import { useEffect, useState } from 'preact/hooks'
import { gateway } from '../net/api.ts'
import type { LimitWindow } from '../net/api.ts'
import type { Tokens } from '../session/types.ts'
import { pure } from './pure.ts'

interface UsageProps {
  tokens: Tokens | null
  workspace: string
  /** Asked again when a turn has ended. */
  isActive: boolean
}

/** The tokens of the thread, how full its window is, and how much of its limits the account has used. */
export const Usage = pure(({ tokens, workspace, isActive }: UsageProps) => {
  const windows = useLimits(workspace, isActive)
  return (
    <span class="usage">
      {tokens && <span title="Tokens of all requests of this thread">{short(tokens.total)} tokens</span>}
      {tokens?.window && (
        <Meter
          label="Context"
          percent={(100 * tokens.last) / tokens.window}
          detail={`${short(tokens.last)} of ${short(tokens.window)} tokens`}
        />
      )}
      {windows.map((window, index) => (
        <Meter key={index} label={lengthOf(window)} percent={window.usedPercent} detail={resetOf(window)} />
      ))}
    </span>
  )
})

function Meter({ label, percent, detail }: { label: string; percent: number; detail: string }) {
  const rounded = Math.round(percent)
  return (
    <span class="meter" title={detail}>
      {label}{' '}
      <meter min={0} max={100} high={80} value={rounded} aria-label={`${label}: ${rounded} % used. ${detail}`} />{' '}
      {rounded} %
    </span>
  )
}

/** 12,345 as `12.3k`. */
export function short(count: number): string {
  if (count < 1000) return String(count)
  return count < 1_000_000 ? `${Number((count / 1000).toFixed(1))}k` : `${Number((count / 1_000_000).toFixed(1))}M`
}

function lengthOf({ windowDurationMins: minutes }: LimitWindow): string {
  if (minutes === null) return 'Account'
  return minutes < 60 * 24 ? `Account, ${Math.round(minutes / 60)} h` : `Account, ${Math.round(minutes / 1440)} d`
}

function resetOf({ resetsAt }: LimitWindow): string {
  return resetsAt === null ? '' : `Reset ${new Date(resetsAt * 1000).toLocaleString()}`
}

function useLimits(workspace: string, isActive: boolean): readonly LimitWindow[] {
  const [windows, setWindows] = useState<readonly LimitWindow[]>([])
  useEffect(() => {
    if (isActive || workspace === '') return
    const show = ({ primary, secondary }: Record<'primary' | 'secondary', LimitWindow | null>) =>
      setWindows([primary, secondary].filter((window) => window !== null))
    gateway.limits(workspace).then(
      ({ rateLimits }) => show(rateLimits),
      () => setWindows([])
    ) // an API key has none
  }, [workspace, isActive])
  return windows
}
