import { readdirSync, readFileSync } from 'node:fs'

/** The living processes whose environment or command line holds `text`, as `pid command`. Linux. */
export function processesWith(text: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return []
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      if (command === '') return [] // a zombie has none
      return command.includes(text) || readFileSync(`/proc/${pid}/environ`, 'utf8').includes(text)
        ? [`${pid} ${command}`]
        : []
    } catch {
      return [] // gone meanwhile
    }
  })
}

/** Waits until no process holds `text`; resolves to those that still do after so many milliseconds. */
export async function processesLeftWith(text: string, milliseconds = 3_000): Promise<string[]> {
  const until = performance.now() + milliseconds
  for (;;) {
    const left = processesWith(text)
    if (left.length === 0 || performance.now() > until) return left
    await new Promise((resolve) => setTimeout(resolve, 20)) // a process's end cannot be awaited by a stranger
  }
}
