import { hostname } from 'node:os'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { GatewayError } from '../../turn/error.ts'
import type { ObjectStore } from './object-store.ts'

/** Who runs a workspace, and until when at least. */
const leaseSchema = z.object({
  host: z.string(),
  /** CODEX_HOME there. */
  home: z.string(),
  pid: z.number(),
  /** Unix milliseconds. */
  until: z.number()
})
type Holder = z.output<typeof leaseSchema>

export interface LeaseOptions {
  store: ObjectStore
  workspace: string
  codexHome: string
  /** Milliseconds that it lasts without being renewed. */
  lifeMs?: number | undefined
}

type TimedLease = LeaseOptions & { lifeMs: number }

/**
 * The right to run a workspace, renewed until it is disposed of. It is a courtesy: what keeps two gateways from overwriting each
 * other's work is that the home is saved over the version that was restored, and over no other.
 */
export class Lease implements AsyncDisposable {
  /** Resolves to the other's host when another gateway has taken it. */
  readonly lost: Promise<string>
  readonly #options: TimedLease
  #version: string
  #timer: NodeJS.Timeout
  #renewing: Promise<void> = Promise.resolve()
  #lose: (host: string) => void = () => {}

  private constructor(options: TimedLease, version: string) {
    this.#options = options
    this.#version = version
    this.lost = new Promise((resolve) => (this.#lose = resolve))
    const renew = () => {
      this.#renewing = this.#renewing.then(() => this.#renew())
    }
    this.#timer = setInterval(renew, options.lifeMs / 3)
    this.#timer.unref()
  }

  /** Rejects with `overloaded` while another gateway has it. */
  static async acquire({ lifeMs = 60_000, ...rest }: LeaseOptions): Promise<Lease> {
    const options = { lifeMs, ...rest }
    const found = await read(options)
    if (found?.holder && isHeld(found.holder, options)) throw elsewhere(options, found.holder.host)
    const version = await write(options, found?.version, Date.now() + lifeMs)
    if (version === undefined) throw elsewhere(options, (await read(options))?.holder?.host)
    return new Lease(options, version)
  }

  /** Gives it to the next one. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#renewing
    await write(this.#options, this.#version, 0).catch(() => {}) // it ends by itself
  }

  async #renew(): Promise<void> {
    try {
      const version = await write(this.#options, this.#version, Date.now() + this.#options.lifeMs)
      if (version !== undefined) this.#version = version
      else this.#end((await read(this.#options))?.holder?.host)
    } catch {
      // the next time may be in time
    }
  }

  #end(host = 'an unknown host'): void {
    clearInterval(this.#timer)
    this.#lose(host)
  }
}

const keyOf = ({ workspace }: LeaseOptions) => `${workspace}.lease`

async function read(options: LeaseOptions): Promise<{ version: string; holder: Holder | undefined } | undefined> {
  const object = await options.store.get(keyOf(options))
  if (object === undefined) return undefined
  const content = await text(object.body)
  return { version: object.version, holder: holderFrom(content) }
}

/** What is no lease belongs to nobody. */
function holderFrom(content: string): Holder | undefined {
  try {
    return leaseSchema.parse(JSON.parse(content))
  } catch {
    return undefined
  }
}

function write(options: LeaseOptions, expected: string | undefined, until: number): Promise<string | undefined> {
  const holder: Holder = { host: hostname(), home: options.codexHome, pid: process.pid, until }
  return options.store.put(keyOf(options), new Blob([JSON.stringify(holder)]), expected)
}

/** Not by a gateway on this home that has crashed. */
function isHeld({ host, home, pid, until }: Holder, { codexHome }: LeaseOptions): boolean {
  if (until <= Date.now()) return false
  return !(host === hostname() && home === codexHome && (pid === process.pid || !isRunning(pid)))
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function elsewhere({ workspace }: LeaseOptions, host = 'another host'): GatewayError {
  return new GatewayError('overloaded', `The workspace ${workspace} runs on another gateway now (${host}).`, {
    retryAfter: 60
  })
}
