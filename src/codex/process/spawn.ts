import { spawn } from 'node:child_process'
import { GatewayError } from '../../turn/error.ts'

/** A codex process that has started. */
export interface CodexProcess {
  readonly pid: number
  readonly stdin: NodeJS.WritableStream
  /** Bytes as they come; the process waits while nobody reads. */
  readonly stdout: AsyncIterable<Uint8Array> & { destroy(): unknown }
  /** The last 64 KiB of what it wrote to stderr. For the log only: it may hold anything. */
  stderr(): string
  /** Settles when the process has exited, though a descendant may still have its pipes open. Never rejects. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

export interface SpawnOptions {
  env: Record<string, string>
  cwd: string
  /** Called with the last 64 KiB of stderr whenever there is more. */
  onStderr?: ((text: string) => void) | undefined
}

const tail = 65_536

/**
 * Starts codex in a process group of its own, so that a terminal's Ctrl-C does not reach it.
 * Not by execa: it stops only the leader, which codex's children outlive, and without free descriptors its child ends the gateway.
 * Throws `overloaded` when the machine could not start it.
 */
export function spawnCodex(path: string, args: readonly string[], { env, cwd, onStderr }: SpawnOptions): CodexProcess {
  const child = spawn(path, args, { env, cwd, detached: true, stdio: 'pipe' })
  child.on('error', () => {}) // without a pid it has not started; nothing else is reported this way
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  if (child.pid === undefined) throw notStarted()
  child.stdin.on('error', () => {}) // a child that ends early closes its stdin: its exit tells why
  child.stdout.on('error', () => {})
  let output = ''
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => {
      output = (output + text).slice(-tail)
      onStderr?.(output)
    })
    .on('error', () => {})
  return { pid: child.pid, stdin: child.stdin, stdout: child.stdout, stderr: () => output, exited }
}

/** The machine could not start codex. */
function notStarted(): GatewayError {
  return new GatewayError(
    'overloaded',
    'Codex could not be started on this machine. Its operator can run `codex-gateway doctor`.'
  )
}

/** `overloaded` when this child has ended and never was codex, which what encloses it or a shell reports; or when codex found the disk full. */
export async function neverStarted(child: CodexProcess): Promise<GatewayError | undefined> {
  const { code } = await child.exited
  if (/no space left on device|database or disk is full/i.test(child.stderr()))
    return new GatewayError('overloaded', 'No space is left on the disk of this machine.', { retryAfter: 10 })
  return code === 126 || code === 127 || /^bwrap: execvp /m.test(child.stderr()) ? notStarted() : undefined
}
