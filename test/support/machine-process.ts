import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { startBadCable } from './bad-cable.ts'
import type { BadCable, BadCableOptions } from './bad-cable.ts'

export const token = 'sk-soak-brokered-0123456789abcdef'
const program = join(import.meta.dirname, '../../dist/main.js')

export interface MachineOptions extends BadCableOptions {
  name: string
  role: 'serve' | 'worker'
  folder: string
  natsPort: number
  modelUrl: string
}

/** A front end or a worker: a built program with a home of its own, which is started again after it was killed. */
export class Machine implements AsyncDisposable {
  readonly name: string
  readonly #options: MachineOptions
  readonly #cable: BadCable
  #child: ChildProcess | undefined
  #url: string | undefined
  /** How often it was killed or stopped. */
  ends = 0
  /** What it logged that should not have happened. */
  readonly bugs: string[] = []

  static async start(options: MachineOptions): Promise<Machine> {
    const machine = new Machine(options, await startBadCable(options.natsPort, options))
    await machine.start()
    return machine
  }

  private constructor(options: MachineOptions, cable: BadCable) {
    this.name = options.name
    this.#options = options
    this.#cable = cable
  }

  /** Where a front end listens; undefined while it does not run. */
  get url(): string | undefined {
    return this.#url
  }

  get spoiled(): number {
    return this.#cable.spoiled
  }

  cut(isCut: boolean): void {
    this.#cable.cut(isCut)
  }

  /** Starts it as systemd does: once more after a while, where it ends because the broker is away. */
  async start(): Promise<void> {
    const home = join(this.#options.folder, this.name)
    await mkdir(join(home, 'workspace'), { recursive: true, mode: 0o700 })
    const env = this.#environment(home)
    const args = this.#options.role === 'serve' ? ['serve', '127.0.0.1', '0'] : ['worker']
    for (;;) {
      const child = spawn(process.execPath, [program, ...args], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] })
      this.#child = child
      const failure = await this.#ready(child)
      if (failure === undefined) return
      if (!failure.includes('The broker (CODEX_NATS_URL) cannot be used'))
        throw new Error(`${this.name} did not start: ${failure}`)
      await sleep(500)
    }
  }

  #environment(home: string): NodeJS.ProcessEnv {
    const { name, role, modelUrl } = this.#options
    return {
      PATH: process.env['PATH'],
      HOME: home,
      CODEX_CLI_HOME: join(home, 'home'),
      CODEX_NATS_URL: this.#cable.url,
      CODEX_GATEWAY_TOKEN: token,
      CODEX_DRAIN_SECONDS: '10',
      CODEX_ENGINE: 'app-server',
      CODEX_PROFILE: 'bare',
      CODEX_MODEL: 'gpt-5.5',
      ...(role === 'serve' && { CODEX_MAX_QUEUE: '16', CODEX_QUEUE_TIMEOUT_SECONDS: '20' }),
      ...(role === 'worker' && {
        CODEX_WORKER_NAME: name,
        CODEX_WORKSPACE: join(home, 'workspace'),
        CODEX_MAX_CONCURRENCY: '4',
        CODEX_API_BASE_URL: modelUrl,
        CODEX_API_KEY: 'sk-soak-provider'
      })
    }
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal)
  }

  /** Kills it, or tells it to stop; resolves to its exit code when it is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child
    if (!child) return null
    this.#child = this.#url = undefined
    this.ends += 1
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit')
      child.kill(signal)
      await exited
    }
    return child.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut(false)
    this.signal('SIGCONT')
    await this.end('SIGTERM')
    await this.#cable[Symbol.asyncDispose]()
  }

  /** Resolves when it is ready, or to why it ended. */
  #ready(child: ChildProcess): Promise<string | undefined> {
    let errors = ''
    child.stderr?.on('data', (text: Buffer) => (errors = `${errors}${text.toString()}`.slice(-2_000)))
    return new Promise((resolve) => {
      child.once('close', () => resolve(errors))
      createInterface({ input: child.stdout! }).on('line', (line) => {
        const { msg, level, url } = JSON.parse(line) as { msg: string; level: string; url?: string }
        if (msg === 'listening' && child === this.#child) this.#url = url
        if (msg === 'listening' || msg === 'taking turns') resolve(undefined)
        if (msg === 'failure' || level === 'fatal') this.bugs.push(`${this.name}: ${line}`)
      })
    })
  }
}
