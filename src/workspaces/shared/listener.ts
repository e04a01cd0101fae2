import { hash, randomBytes } from 'node:crypto'
import { listenerLadder } from '../../codex/process/guard.ts'
import type { Guard, GuardedOptions, GuardedProcess } from '../../codex/process/guard.ts'
import { quietFlags } from '../../codex/home/settings.ts'
import { neverStarted } from '../../codex/process/spawn.ts'
import { within } from '../../turn/deadline.ts'
import { GatewayError } from '../../turn/error.ts'

/** A codex app-server that listens on a port of this machine, and lets in who knows its token. */
export interface Listener {
  /** `ws://127.0.0.1:PORT` */
  readonly url: string
  /** A command that the model runs could reach the port, too; so only the gateway knows this. */
  readonly token: string
  /** Settles when it has exited. */
  readonly exited: Promise<unknown>
  /** Resolves when nothing of it is left. */
  stop(): Promise<void>
}

export interface ListenerOptions extends GuardedOptions {
  guard: Pick<Guard, 'start'>
  binary: string
}

/** Milliseconds until it says where it listens: under load the first start of a home takes seconds. */
const patience = 15_000

/** Starts one. Rejects with `engine_stopped` or `overloaded`; nothing is left then. */
export async function startListener({ guard, binary, ...options }: ListenerOptions): Promise<Listener> {
  const token = randomBytes(32).toString('base64url')
  let told = (_url: string) => {}
  const address = new Promise<string>((resolve) => (told = resolve))
  const onStderr = (text: string) => {
    const [, url] = /listening on: (ws:\/\/[\d.]+:\d+)\s/.exec(text) ?? []
    if (url !== undefined) told(url)
  }
  const child = guard.start(binary, argumentsWith(token), { ...options, onStderr })
  void drained(child)
  if (await within(patience, Promise.race([address, child.exited]))) {
    const url = await Promise.race([address, child.exited.then(() => undefined)])
    if (url !== undefined) return { url, token, exited: child.exited, stop: () => child.stop(listenerLadder) }
  }
  await child.stop([])
  throw (await neverStarted(child)) ?? new GatewayError('engine_stopped', notStarted, { cause: child.stderr() })
}

/** Only the hash of the token is in argv, which every user of this machine can read. */
function argumentsWith(token: string): string[] {
  const listen = ['--listen', 'ws://127.0.0.1:0']
  const auth = ['--ws-auth', 'capability-token', '--ws-token-sha256', hash('sha256', token, 'hex')]
  return ['app-server', ...listen, ...auth, ...quietFlags]
}

/** A pipe that nobody reads would hold it up. */
async function drained({ stdout }: GuardedProcess): Promise<void> {
  try {
    for await (const _ of stdout);
  } catch {
    // it has ended
  }
}

const notStarted = 'The app-server of this workspace did not start.'
