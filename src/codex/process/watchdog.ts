import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { watchdogScript } from './watchdog-script.ts'

/** Milliseconds before a watchdog that was killed is replaced. */
const pause = 100

/** A process in a session of its own, which kills the processes of all turns when this one has ended, for whatever reason. */
export class Watchdog implements AsyncDisposable {
  readonly #owner: string
  readonly #roots = new Set<number>()
  #child: ChildProcess
  #closed = false

  constructor(owner: string) {
    this.#owner = owner
    this.#child = this.#start()
  }

  /** Ends the process and all it starts, if this gateway ends before `remove`. */
  add(pid: number): void {
    this.#roots.add(pid)
    this.#child.stdin?.write(`+ ${pid}\n`)
  }

  remove(pid: number): void {
    if (this.#roots.delete(pid)) this.#child.stdin?.write(`- ${pid}\n`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    const child = this.#child
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
    child.ref() // else a gateway with nothing else to do exits first
    child.kill('SIGKILL') // at the end of its stdin it would kill
    await once(child, 'exit')
  }

  #start(): ChildProcess {
    const child = spawn('/bin/sh', ['-c', watchdogScript, 'codex-gateway-watchdog', this.#owner], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: '/usr/bin:/bin' }
    })
    child.on('error', () => {}) // no shell, or no free descriptor: it has no pid
    const stdin = child.stdin as Writable | undefined // without a free descriptor there is none
    stdin?.on('error', () => {}) // it was killed: see `exit`
    child.once('exit', () => void this.#replace())
    child.unref()
    for (const pid of this.#roots) stdin?.write(`+ ${pid}\n`)
    return child
  }

  async #replace(): Promise<void> {
    do {
      await sleep(pause, undefined, { ref: false })
      if (this.#closed) return
      this.#child = this.#start()
    } while (this.#child.pid === undefined)
  }
}
