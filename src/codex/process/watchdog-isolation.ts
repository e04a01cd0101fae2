import { pidsWith, codexVariable, markOf, turnVariable } from './isolation.ts'
import type { ProcessTree, Isolation } from './isolation.ts'
import { killAll } from './kill-all.ts'
import { descendants, processAt, processTable, sendSignal } from './processes.ts'
import type { ProcessRow } from './processes.ts'
import { Watchdog } from './watchdog.ts'

/**
 * Without namespaces the processes of a turn are the descendants of codex, the members of its process group and those with
 * its mark in their environment. One that leaves all three while codex runs is not found (`env -i setsid`, reparented).
 */
export function watchdogIsolation(owner: string): Isolation {
  const watchdog = new Watchdog(owner)
  return {
    means: 'watchdog',
    canRequire: async () => false,
    command: (path, args) => [path, args],
    processTree: (pid, mark) => {
      watchdog.add(pid)
      return processTree(pid, mark, () => watchdog.remove(pid))
    },
    [Symbol.asyncDispose]: () => watchdog[Symbol.asyncDispose]()
  }
}

function processTree(pid: number, mark: string, release: () => void): ProcessTree {
  const known = new Map<number, string>()
  const since = Number(processAt(pid)?.started ?? 0) // an older process cannot be a descendant
  const young = (row: ProcessRow) => !(Number(row.started) < since) // what `ps` says is no number
  const members = async () => {
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
    async snapshot() {
      await members().catch(() => {}) // no descriptor is free; stopping goes on all the same
    },
    async end() {
      const killed = await killAll(members)
      release()
      return killed.has(pid) ? killed.size - 1 : killed.size
    },
    async orphans(turnId) {
      return pidsWith(turnVariable, turnId)
    }
  }
}
