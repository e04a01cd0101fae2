import { Buffer } from 'node:buffer'
import { existsSync, watch } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setInterval } from 'node:timers'
import { setTimeout as wait } from 'node:timers/promises'
import { startChild } from './children.mjs'
import { nextRequest } from './rpc.mjs'
import { react } from './signals.mjs'
import { closeStdin, closeStdout, repeat, write } from './streams.mjs'

/** Plays steps one after another. A step is named by its first key. */
export async function play(steps, scene) {
  for (const step of steps) await acts[Object.keys(step)[0]](step, scene)
}

const line = (value) => `${JSON.stringify(value)}\n`

const acts = {
  emit: ({ emit }) => write(1, line(emit)),
  raw: ({ raw }) => write(1, raw),
  base64: ({ base64 }) => write(1, Buffer.from(base64, 'base64')),
  longLine: async ({ longLine }) => {
    await write(1, '{"type":"item.completed","item":{"id":"item_0","type":"agent_message","text":"')
    await repeat(1, 'x'.repeat(1_048_576), longLine)
    await write(1, '"}}\n')
  },
  flood: ({ flood, times }) => repeat(1, line(flood), times),
  stderr: ({ stderr, times = 1 }) => repeat(2, stderr, times),
  stdin: async (_, { record }) => {
    for await (const chunk of process.stdin.setEncoding('utf8')) record.write({ type: 'stdin', text: chunk })
    record.write({ type: 'stdin-ended' })
  },
  request: async ({ request, result, error }, { record }) => {
    const { id } = await nextRequest(request, record)
    if (result !== undefined || error !== undefined) await write(1, line({ id, result, error }))
  },
  spawn: (step, { record }) => startChild(step, record),
  ignore: ({ ignore }) => ignore.forEach((signal) => react(signal, () => {})),
  on: ({ on, steps }, scene) => react(on, () => void play(steps, scene)),
  mark: ({ mark }, { record }) => record.write({ type: 'mark', mark }),
  gate: ({ gate }, { folder }) => opened(join(folder, 'gates'), gate),
  wait: ({ wait: milliseconds }) => wait(milliseconds),
  close: ({ close }) => (close === 'stdout' ? closeStdout() : closeStdin()),
  kill: ({ kill }) => {
    process.removeAllListeners(kill)
    process.kill(process.pid, kill)
    return forever()
  },
  exit: ({ exit: code }) => process.exit(code),
  hang: forever
}

/** Resolves when the test has made the gate's file. */
function opened(folder, gate) {
  return new Promise((resolve) => {
    const look = () => {
      if (!existsSync(join(folder, gate))) return
      watcher.close()
      resolve()
    }
    const watcher = watch(folder, look)
    look()
  })
}

function forever() {
  setInterval(() => {}, 1_000_000)
  return new Promise(() => {})
}
