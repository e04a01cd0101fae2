// A process of its own, whose descriptors can be used up: deletes a thread with 0, 1, 2 … free ones, and prints how each try ended.
import { execFileSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { persistentThreadsIn } from '../../../src/codex/threads/persistent-threads.ts'

const [binary = '', home = '', threadId = ''] = process.argv.slice(2)
const threads = persistentThreadsIn(home, binary, { CODEX_HOME: home, HOME: home, PATH: '/usr/bin:/bin' })

execFileSync('prlimit', [`--pid=${process.pid}`, '--nofile=64']) // not before: loading modules takes more

for (let free = 0; free < 16; free++) {
  const used: number[] = []
  try {
    for (;;) used.push(openSync('/dev/null', 'r'))
  } catch {
    for (const descriptor of used.splice(0, free)) closeSync(descriptor)
  }
  const outcome = await threads.delete(threadId).then(
    () => 'deleted',
    (error: Error & { code?: string }) => error.code ?? error.message
  )
  for (const descriptor of used) closeSync(descriptor)
  process.stdout.write(`${free} ${outcome}\n`)
  if (outcome === 'deleted') break
}
