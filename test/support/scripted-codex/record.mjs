// What a run leaves for the test to read: a file of JSON lines, each written at once, so that SIGKILL loses nothing.
import { appendFileSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import process from 'node:process'

export function openRecord(folder, kind) {
  const { file, number } = claim(folder, kind)
  const write = (entry) =>
    appendFileSync(file, `${JSON.stringify({ at: performance.timeOrigin + performance.now(), ...entry })}\n`)
  process.on('exit', (code) => write({ type: 'exited', code }))
  return { number, write }
}

/** Runs start at the same time: each takes the first number whose file it can make. */
function claim(folder, kind) {
  for (let number = 1; ; number++) {
    try {
      return { file: openSync(join(folder, 'records', `${kind}-${number}.jsonl`), 'ax'), number }
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
  }
}

/** Clock ticks since boot at which a process began: with its pid, it names the process for ever. */
export function beginningOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
}
