import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'

/** What is read of the ledger when the metrics are requested. Times in Unix seconds. */
export interface WatchedUsage {
  /** The windows of the account. */
  windows: () => readonly {
    limit: string
    minutes: number
    usedPercent: number
    resetsAt: number
    observedAt: number
  }[]
  /** All that was ever used, by principal, those who used most first. */
  totals: () => readonly { principal: string; input: number; output: number; unknown: number; cost: number }[]
  now: () => number
}

/** Principals that have a label of their own. */
const maxPrincipals = 50

/** Counts that go on after a restart, for they are read from the ledger; at most 51 principals and the windows of one account. */
export function watchUsage(registers: Registry[], watched: WatchedUsage): void {
  watchTotals(registers, watched)
  const labelNames = ['limit', 'minutes']
  const gauge = (name: string, help: string, value: (window: ReturnType<WatchedUsage['windows']>[number]) => number) =>
    new Gauge({
      registers,
      name: `codex_gateway_account_window_${name}`,
      help,
      labelNames,
      collect() {
        this.reset()
        for (const window of orNone(watched.windows))
          this.set({ limit: window.limit, minutes: String(window.minutes) }, value(window))
      }
    })
  gauge(
    'used_percent',
    'What is used of a usage window of the account, by its duration',
    ({ usedPercent }) => usedPercent
  )
  gauge('resets_timestamp_seconds', 'When a usage window of the account is reset', ({ resetsAt }) => resetsAt)
  gauge('age_seconds', 'Since the provider last reported a window', ({ observedAt }) => watched.now() - observedAt)
}

function watchTotals(registers: Registry[], { totals }: WatchedUsage): void {
  const counter = (
    name: string,
    help: string,
    values: (total: ReturnType<typeof totals>[number]) => Record<string, number>
  ) =>
    new Counter({
      registers,
      name: `codex_gateway_${name}_total`,
      help,
      labelNames: ['principal', 'kind'],
      collect() {
        this.reset()
        for (const [place, total] of orNone(totals).entries())
          for (const [kind, value] of Object.entries(values(total)))
            this.inc({ principal: place < maxPrincipals ? total.principal : 'other', kind }, value)
      }
    })
  counter(
    'usage_tokens',
    'Tokens by principal since the ledger began: input counts the cached ones too, output the reasoning',
    ({ input, output }) => ({
      input,
      output
    })
  )
  counter(
    'usage_responses_unknown',
    'Answers of the model by principal whose tokens were not reported',
    ({ unknown }) => ({ response: unknown })
  )
  counter('usage_cost_usd', 'Dollars by principal, where prices are configured', ({ cost }) => ({
    list_price: cost / 1e9
  }))
}

/** Nothing where the store cannot be used: the other metrics are still there. */
function orNone<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read()
  } catch {
    return []
  }
}
