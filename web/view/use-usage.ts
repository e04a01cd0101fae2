import { useEffect, useState } from 'preact/hooks'
import { gateway } from '../net/api.ts'
import type { LimitWindow, OwnUsage } from '../net/api.ts'

/** A part of something that is used up, in percent, and what is to be known of it. */
export interface Used {
  label: string
  percent: number
  detail: string
}

/** What the caller has used, asked again when a turn has ended. */
export function useUsage(workspace: string, isActive: boolean): { today: number | null; meters: readonly Used[] } {
  const [own, setOwn] = useState<OwnUsage | null>(null)
  const [account, setAccount] = useState<readonly LimitWindow[]>([])
  useEffect(() => {
    if (isActive || workspace === '') return
    const askAccount = () =>
      gateway.limits(workspace).then(
        ({ rateLimits: { primary, secondary } }) =>
          setAccount([primary, secondary].filter((window) => window !== null)),
        () => setAccount([])
      ) // an API key has none
    gateway.usage().then(
      (usage) => {
        setOwn(usage)
        if (usage.account.windows.length === 0) void askAccount() // none was reported to a turn yet
      },
      () => void askAccount()
    )
  }, [workspace, isActive])
  const windows = own?.account.windows ?? []
  return {
    today: own?.periods.day.total_tokens ?? null,
    meters: [
      ...(own?.limits ?? []).map(limitShown),
      ...(windows.length > 0 ? windows.map(windowShown) : account.map(accountShown))
    ]
  }
}

const whose = { p: 'Yours', k: 'This key', w: 'Workspace', '*': 'All' } as const

function limitShown({ subject, what, per, max, used, resets_at: resetsAt }: OwnUsage['limits'][number]): Used {
  const owner = whose[subject.charAt(0) as keyof typeof whose]
  const count = (value: number) => value.toLocaleString(undefined, { maximumFractionDigits: what === 'usd' ? 2 : 0 })
  return {
    label: `${owner}, ${per === 'ever' ? what : `${what} a ${per}`}`,
    percent: Math.min((100 * used) / max, 100),
    detail: [`${count(used)} of ${count(max)} ${what}.`, ...resetOf(resetsAt)].join(' ')
  }
}

function windowShown(window: OwnUsage['account']['windows'][number]): Used {
  const { minutes, used_percent: percent, own_percent: own, share_percent: share } = window
  const detail = [
    `${own} % by you${share === null ? '' : ` of your share of ${share} %`}.`,
    ...resetOf(window.resets_at),
    `Reported ${new Date(window.observed_at * 1000).toLocaleString()}.`
  ]
  return { label: accountLabel(minutes), percent, detail: detail.join(' ') }
}

function accountShown({ usedPercent: percent, windowDurationMins, resetsAt }: LimitWindow): Used {
  return { label: accountLabel(windowDurationMins), percent, detail: resetOf(resetsAt).join(' ') }
}

function accountLabel(minutes: number | null): string {
  if (minutes === null) return 'Account'
  return minutes < 60 * 24 ? `Account, ${Math.round(minutes / 60)} h` : `Account, ${Math.round(minutes / 1440)} d`
}

const resetOf = (at: number | null) => (at === null ? [] : [`Reset ${new Date(at * 1000).toLocaleString()}.`])
