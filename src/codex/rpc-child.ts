import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayError } from '../turn/error.ts'
import { LineCutter } from './cut-lines.ts'
import { JsonRpc } from './json-rpc.ts'
import type { RpcHandlers } from './json-rpc.ts'
import { spawnCodex } from './spawn.ts'
import type { CodexProcess } from './spawn.ts'
import { within } from './within.ts'

/** A long-lived codex child that is talked to over its stdin and stdout. */
export interface RpcChild {
  readonly process: CodexProcess
  readonly rpc: JsonRpc
  /** Settles when the child can no longer be talked to; by then every waiting call has failed. */
  readonly lost: Promise<void>
  /** Ends it, harder each time. Resolves when the process has exited. */
  stop: () => Promise<void>
}

export interface RpcChildOptions {
  binary: string
  args: readonly string[]
  env: Record<string, string>
  cwd: string
  /** Bytes that one line may have. */
  lineLimit: number
}

export interface RpcChildHandlers extends RpcHandlers {
  /** The first and last 8 KiB of a line that was too long to be read. */
  tooLong: (head: string, tail: string) => void
}

/** Milliseconds for the end of stdin, for SIGTERM, and for the last bytes of a child that has exited. */
const patience = { stdin: 3_000, term: 2_000, lastWords: 500 }

export function startRpcChild({ lineLimit, binary, args, ...options }: RpcChildOptions, handlers: RpcChildHandlers): RpcChild {
  const child = spawnCodex(binary, args, options)
  const rpc = new JsonRpc((line) => child.stdin.write(line), handlers)
  const cutter = new LineCutter(lineLimit, { line: (line) => rpc.receive(line), tooLong: handlers.tooLong })
  const lost = listen(child, cutter).then(() => rpc.close(new GatewayError('engine_stopped', 'Codex stopped before the turn was complete.')))
  return { process: child, rpc, lost, stop: () => stop(child, lost) }
}

/** Hears the child out. A grandchild may hold its stdout open for ever: some time after the exit nobody listens any more. */
async function listen(child: CodexProcess, cutter: LineCutter): Promise<void> {
  const heard = (async () => {
    for await (const chunk of child.stdout) cutter.push(chunk as Buffer)
  })().catch(() => {}) // a pipe that breaks has ended
  await Promise.race([heard, child.exited.then(() => sleep(patience.lastWords, undefined, { ref: false }))])
  child.stdout.destroy()
}

/** App-server ends in order at the end of its stdin and at SIGTERM; SIGINT would leave its commands running (codex-cli 0.169). */
async function stop(child: CodexProcess, lost: Promise<void>): Promise<void> {
  child.stdin.end()
  if (!(await within(patience.stdin, child.exited))) signal(child.pid, 'SIGTERM')
  if (!(await within(patience.term, child.exited))) signal(-child.pid, 'SIGKILL')
  await child.exited
  await lost
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // it has exited meanwhile
  }
}
