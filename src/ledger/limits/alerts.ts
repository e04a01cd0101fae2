import type { Connection } from '../../store/connection.ts'
import { limitText } from '../../turn/limit.ts'
import type { LimitState } from './state.ts'

/** A limit of which so many percent are used. */
export interface Alert {
  threshold: number
  state: LimitState
}

/** The thresholds that are passed and were not before: each once for a rule and a period, in all gateways on the store. Inside a transaction. */
export function newAlerts(
  connection: Connection,
  states: readonly LimitState[],
  thresholds: readonly number[],
  now: number
): Alert[] {
  return states.flatMap((state) => {
    const { limit, name } = state.rule
    if (limit.per === 'minute') return []
    const passed = thresholds.filter((threshold) => state.used * 100 >= limit.max * threshold)
    return passed
      .filter((threshold) => connection.run(insert, `${name} ${limitText(limit)}`, state.since, threshold, now) > 0)
      .map((threshold) => ({ threshold, state }))
  })
}

const insert = 'INSERT INTO ledger_alerts (rule, since, threshold, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING'
