import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayError } from '../../turn/error.ts'
import { LineCutter } from './line-cutter.ts'
import { appServerLadder } from '../process/guard.ts'
import type { View } from '../process/isolation.ts'
import type { Guard } from '../process/guard.ts'
import { JsonRpc } from './json-rpc.ts'
import { neverStarted } from '../process/spawn.ts'
import type { CodexProcess } from '../process/spawn.ts'
import type { OpenTransport } from './transport.ts'
import { within } from '../../turn/deadline.ts'

export interface StdioOptions {
  guard: Pick<Guard, 'start'>
  binary: string
  args: readonly string[]
  env: Record<string, string>
  cwd: string
  /** What it sees otherwise than others when it starts; see `Guard`. */
  view?: (() => View) | undefined
  /** Bytes that one line may have. */
  lineLimit: number
}

/** Milliseconds for the last bytes of a child that has exited. */
const lastWords = 500

/** Talks to a child of its own over stdin and stdout: opening starts the child, stopping ends it and all it started. */
export function stdioTransport({ guard, lineLimit, binary, args, view, ...options }: StdioOptions): OpenTransport {
  return (handlers) => {
    const child = guard.start(binary, args, { ...options, ...view?.() })
    const rpc = new JsonRpc((line) => child.stdin.write(line), handlers)
    const cutter = new LineCutter(lineLimit, { line: (line) => rpc.receive(line), tooLong: handlers.tooLong })
    const lost = listen(child, cutter)
      .then(() => reasonOf(child))
      .then((reason) => rpc.close(reason))
    return { rpc, lost, clear: (mark) => child.clear(mark), stop: () => child.stop(appServerLadder).then(() => lost) }
  }
}

/** Hears the child out. A grandchild may hold its stdout open for ever: some time after the exit nobody listens any more. */
async function listen(child: CodexProcess, cutter: LineCutter): Promise<void> {
  const heard = (async () => {
    for await (const chunk of child.stdout) cutter.push(chunk as Buffer)
  })().catch(() => {}) // a pipe that breaks has ended
  await Promise.race([heard, child.exited.then(() => sleep(lastWords, undefined, { ref: false }))])
  child.stdout.destroy()
}

/** One that has closed its stdout may live on. */
async function reasonOf(child: CodexProcess): Promise<GatewayError> {
  const missing = (await within(lastWords, child.exited)) ? await neverStarted(child) : undefined
  return missing ?? new GatewayError('engine_stopped', 'Codex stopped before the turn was complete.')
}
