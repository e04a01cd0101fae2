import { readdirSync, readFileSync } from 'node:fs'

/**
 * The living processes whose environment or command line holds `text`, as `pid command`. Linux.
 *
 * A process with the command line of its parent is not listed beside it: between fork and exec, a command that is being
 * started looks like whoever starts it.
 */
export function processesWith(text: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return []
    try {
      const command = commandOf(pid)
      if (command === '') return [] // a zombie has none
      if (!command.includes(text) && !readFileSync(`/proc/${pid}/environ`, 'utf8').includes(text)) return []
      return command === commandOf(parentOf(pid)) ? [] : [`${pid} ${command}`]
    } catch {
      return [] // gone meanwhile
    }
  })
}

/** Sends a signal to processes, by their ids or as `processesWith` lists them; returns how many there still were. */
export function signalled(listed: readonly (number | string)[], signal: NodeJS.Signals): number {
  return listed.filter((line) => {
    try {
      return process.kill(Number.parseInt(String(line)), signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
      return false // gone meanwhile, as where another of them ended it
    }
  }).length
}

const commandOf = (pid: string) =>
  pid === '0' ? '' : readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()

/** From `pid (name) state ppid …`; a name may hold anything, a parenthesis too. */
const parentOf = (pid: string) => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) . (\d+) .*/s, '$1')

/** Waits until no process holds `text`; resolves to those that still do after so many milliseconds. */
export async function processesLeftWith(text: string, milliseconds = 3_000): Promise<string[]> {
  const until = performance.now() + milliseconds
  for (;;) {
    const left = processesWith(text)
    if (left.length === 0 || performance.now() > until) return left
    await new Promise((resolve) => setTimeout(resolve, 20)) // a process's end cannot be awaited by a stranger
  }
}
