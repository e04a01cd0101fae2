import type { Ledger } from './ledger.ts'

/** Whether usage can be stored, and where not what it means. */
export interface LedgerCondition {
  stored: boolean
  message: string
}

/** Milliseconds for which a write is taken as a proof that there can be another. */
const fresh = 2_000
const checked = new WeakMap<Ledger, { at: number; stored: boolean }>()

/** Tries to write, at most every two seconds: anybody may ask. */
export function conditionOf(ledger: Ledger): LedgerCondition {
  const now = performance.now()
  const known = checked.get(ledger)
  const stored = known && now - known.at < fresh ? known.stored : canWrite(ledger)
  if (!known || now - known.at >= fresh) checked.set(ledger, { at: now, stored })
  return { stored, message: messageOf(ledger, stored) }
}

function messageOf(ledger: Ledger, stored: boolean): string {
  if (!stored)
    return 'usage cannot be stored; turns of callers with limits are refused, and what others take is written when it can be. Look at the disk of CODEX_CLI_HOME'
  const { behind } = ledger.clock
  return behind > 3_600
    ? `usage is stored, with the time of the newest record: the clock of this machine is ${Math.round(behind / 60)} minutes behind it`
    : 'usage is stored'
}

function canWrite(ledger: Ledger): boolean {
  try {
    ledger.flush()
    ledger.store.transaction((connection) => connection.run(writeSql, String(ledger.clock.now)))
    return ledger.isCurrent
  } catch {
    return false
  }
}

const writeSql = `INSERT INTO ledger_meta (name, value) VALUES ('written', ?) ON CONFLICT DO UPDATE SET value = excluded.value`
