import type { Tokens } from '../session/types.ts'
import { pure } from './pure.ts'
import { useUsage } from './use-usage.ts'
import type { Used } from './use-usage.ts'

interface UsageProps {
  tokens: Tokens | null
  workspace: string
  /** Asked again when a turn has ended. */
  isActive: boolean
}

/** The tokens of the thread, how full its window is, what the caller has used of his limits, and the account of its own. */
export const Usage = pure(({ tokens, workspace, isActive }: UsageProps) => {
  const { today, meters } = useUsage(workspace, isActive)
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
      {today !== null && <span title="Tokens of all your turns of today">{short(today)} today</span>}
      {meters.map((used) => (
        <Meter key={used.label} {...used} />
      ))}
    </span>
  )
})

function Meter({ label, percent, detail }: Used) {
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
