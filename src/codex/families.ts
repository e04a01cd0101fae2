import { markOf } from './enclosure.ts'
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
  const young = (row: ProcessRow) => !(Number(row.started) < since)
  const belonging = async () => {
    const table = await processTable()
    const own = table.filter((row) => known.get(row.pid) === row.started || row.group === pid || (young(row) && markOf(row.pid) === mark))
    const all = descendants(table, own.map((row) => row.pid))
    for (const row of all) known.set(row.pid, row.started)
    return all.map((row) => row.pid)
  }
  return {
    signal: (name) => sendSignal(name === 'SIGTERM' ? -pid : pid, name),
    async note() {
      await belonging()
    },
    async end(exited) {
      const killed = await killAll(belonging)
      release()
      return exited ? killed : 0
    },
    async strays(turnId) {
      return (await processTable()).filter((row) => young(row) && markOf(row.pid) === turnId).map((row) => row.pid)
    }
  }
}
