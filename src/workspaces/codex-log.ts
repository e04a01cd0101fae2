import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'libsql'
import type { Warn } from '../store/store.ts'

/** Bytes of a log that is left alone: what one app-server writes while it starts is far less. */
const smallLog = 1_048_576

/** Milliseconds before each try: a log may be locked for a moment. */
const usualWaits = [0, 50, 250, 1_000, 5_000]

/** Codex's migrations know nothing of a trigger, and leave it. One of another name would be a second. */
const trigger = `CREATE TRIGGER IF NOT EXISTS codex_gateway_no_log BEFORE INSERT ON logs BEGIN SELECT RAISE(IGNORE); END`

/**
 * Keeps the log of an app-server from growing: it writes 34 KB a turn of TRACE messages to `logs_2.sqlite` in CODEX_HOME, which
 * no setting turns off and nobody reads (codex-cli 0.169; openai/codex #43378). A trigger lets every insert do nothing.
 * The returned function is to be called when an app-server has started: its databases are there then. It never rejects.
 */
export function logStopper(codexHome: string, warn?: Warn, waits = usualWaits): () => Promise<void> {
  let warned = false
  return async () => {
    for (const wait of waits) {
      if (wait > 0) await sleep(wait, undefined, { ref: false })
      if (logsIn(codexHome).every(addTrigger)) return
    }
    if (!warned)
      warn?.({ codexHome }, 'the log of app-server cannot be stopped; it grows until app-server starts again')
    warned = true
  }
}

/** Deletes logs that have grown, where no process has them open: those of gateways that did not stop it, or could not. To be called before app-server starts. */
export function deleteGrownLogs(codexHome: string): void {
  for (const path of logsIn(codexHome)) {
    const files = [path, `${path}-wal`, `${path}-shm`]
    const bytes = files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0)
    if (bytes > smallLog && isUnused(path)) for (const file of files) rmSync(file, { force: true })
  }
}

/** The databases: regular files only, for what is opened is written to. */
function logsIn(codexHome: string): string[] {
  try {
    return readdirSync(codexHome, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /^logs_\d+\.sqlite$/.test(entry.name))
      .map(({ name }) => join(codexHome, name))
  } catch {
    return [] // there is no home yet, or no longer
  }
}

function addTrigger(path: string): boolean {
  return attempt(path, (database) => database.exec(trigger))
}

/** Only a connection that is alone can leave the mode in which several share a log. */
function isUnused(path: string): boolean {
  return attempt(path, (database) => database.exec('PRAGMA journal_mode = DELETE'))
}

/** False where SQLite refuses: a lock, another schema, a file that is no database. Waits for no lock, for it would hold up every turn. */
function attempt(path: string, action: (database: Database.Database) => unknown): boolean {
  try {
    const database = new Database(path, { timeout: 0 })
    try {
      action(database)
      return true
    } finally {
      database.close()
    }
  } catch {
    return false
  }
}
