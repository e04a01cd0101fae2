// Children as the tools of a turn may start them. Each says its pid on descriptor 3 once it is what it is to be.
import { spawn } from 'node:child_process'
import process from 'node:process'
import { beginningOf } from './record.mjs'

const sleep = 'exec 3>&-; exec sleep 600'
const scripts = {
  plain: `echo $$ >&3; ${sleep}`,
  setsid: `echo $$ >&3; ${sleep}`,
  nohup: 'echo $$ >&3; exec 3>&-; exec nohup sleep 600',
  'double-fork': 'sleep 600 3>&- & echo $! >&3',
  stubborn: `trap '' INT TERM HUP; echo $$ >&3; ${sleep}`
}

export async function startChild({ spawn: kind, stdout, env }, record) {
  const child = spawn('/bin/sh', ['-c', scripts[kind]], {
    stdio: ['ignore', stdout ?? 'ignore', 'ignore', 'pipe'],
    detached: kind === 'setsid' || kind === 'double-fork',
    env: env === 'clean' ? {} : process.env
  })
  child.unref()
  for await (const text of child.stdio[3]) {
    const pid = Number(String(text))
    record.write({ type: 'child', kind, pid, began: beginningOf(pid) })
    return
  }
}
