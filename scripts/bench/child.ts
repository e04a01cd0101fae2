import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** A process of the bench's own. */
export interface BenchChild extends AsyncDisposable {
  pid: number
  /** Its message when it was ready. */
  ready: Record<string, string>
  /** Sends a word, and resolves with the next message. */
  ask: (word: string) => Promise<unknown>
}

/** Starts a script of this folder, which sends one message when it is ready and ends when its parent disconnects. */
export async function startChild(script: string, args: string[] = []): Promise<BenchChild> {
  const execArgv = script.endsWith('.ts') ? process.execArgv : ['--expose-gc']
  const child = fork(new URL(script, import.meta.url), args, {
    execArgv,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  const [ready] = (await once(child, 'message')) as [Record<string, string>]
  const ask = async (word: string) => {
    child.send(word)
    return ((await once(child, 'message')) as unknown[])[0]
  }
  return { pid: child.pid!, ready, ask, [Symbol.asyncDispose]: () => ended(child, () => child.disconnect()) }
}

/** Ends a process and waits for it. */
export async function ended(child: ChildProcess, end: () => unknown): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  end()
  await exit
}
