import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayError } from '../../turn/error.ts'
import { LineCutter } from './line-cutter.ts'
import { appServerLadder } from '../process/guard.ts'
import type { Guard, GuardedProcess } from '../process/guard.ts'
import { JsonRpc } from './json-rpc.ts'
import type { RpcHandlers } from './json-rpc.ts'
import { neverStarted } from '../process/spawn.ts'
import type { CodexProcess } from '../process/spawn.ts'
import { within } from '../../turn/within.ts'

/** A long-lived codex child that is talked to over its stdin and stdout. */
export interface RpcChild {
  readonly process: GuardedProcess
  readonly rpc: JsonRpc
  /** Settles when the child can no longer be talked to; by then every waiting call has failed. */
  readonly lost: Promise<void>
  /** Ends it and all it started. Resolves when nothing is left. */
  stop: () => Promise<void>
}

export interface RpcChildOptions {
  guard: Pick<Guard, 'start'>
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

/** Milliseconds for the last bytes of a child that has exited. */
const lastWords = 500

export function startRpcChild(
  { guard, lineLimit, binary, args, ...options }: RpcChildOptions,
  handlers: RpcChildHandlers
): RpcChild {
  const child = guard.start(binary, args, options)
  const rpc = new JsonRpc((line) => child.stdin.write(line), handlers)
  const cutter = new LineCutter(lineLimit, { line: (line) => rpc.receive(line), tooLong: handlers.tooLong })
  const lost = listen(child, cutter)
    .then(() => reasonOf(child))
    .then((reason) => rpc.close(reason))
  return { process: child, rpc, lost, stop: () => child.stop(appServerLadder).then(() => lost) }
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
