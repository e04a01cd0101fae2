import { carriers, codexVariable, markOf, turnVariable } from './enclosure.ts'
import type { Enclosed, Enclosure } from './enclosure.ts'
import { killAll } from './kill-all.ts'
import { descendants, processAt, processTable, sendSignal } from './processes.ts'
import type { ProcessRow } from './processes.ts'
import { Watchdog } from './watchdog.ts'

/**
 * Where there are no namespaces: a turn's processes are those that descend from codex, those of its group and those that
 * carry its mark. Whoever clears his environment and leaves both behind while codex lives gets away (`env -i setsid`).
 */
export function families(owner: string): Enclosure {
  const watchdog = new Watchdog(owner)
  return {
    means: 'watchdog',
    command: (path, args) => [path, args],
    around: (pid, mark) => {
      watchdog.keep(pid)
      return enclosed(pid, mark, () => watchdog.release(pid))
    },
    [Symbol.asyncDispose]: () => watchdog[Symbol.asyncDispose]()
  }
}

function enclosed(pid: number, mark: string, release: () => void): Enclosed {
  const known = new Map<number, string>()
  const since = Number(processAt(pid)?.started ?? 0) // who is older cannot be its child
  const young = (row: ProcessRow) => !(Number(row.started) < since) // what `ps` says is no number
  const belonging = async () => {
    const table = await processTable()
    const own = table.filter(
      (row) =>
        known.get(row.pid) === row.started ||
        (young(row) && (row.group === pid || markOf(row.pid, codexVariable) === mark))
    )
    const all = descendants(
      table,
      own.map((row) => row.pid)
    )
    for (const row of all) known.set(row.pid, row.started)
    return all.map((row) => row.pid)
  }
  return {
    signal: (name) => sendSignal(name === 'SIGTERM' ? -pid : pid, name),
    async note() {
      await belonging().catch(() => {}) // no descriptor is free; stopping goes on all the same
    },
    async end() {
      const killed = await killAll(belonging)
      release()
      return killed.has(pid) ? killed.size - 1 : killed.size
    },
    async strays(turnId) {
      return carriers(turnVariable, turnId)
    }
  }
}
