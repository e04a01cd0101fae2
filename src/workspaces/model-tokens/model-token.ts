import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tokenFiles } from '../../codex/home/token-command.ts'
import type { Warn } from '../../store/store.ts'
import { GatewayError } from '../../turn/error.ts'
import type { ModelTokenSource } from './source.ts'

export interface ModelTokenOptions {
  /** Of the tokens of this workspace alone, and removed with the last. Codex reads it there, and commands must not. */
  folder: string
  workspace: string
  source: ModelTokenSource
  /** Called with each token, which must appear in no log. */
  onToken?: ((token: string) => void) | undefined
  warn?: Warn | undefined
}

/** Of its life, after which a token is renewed. */
const renewedAfter = 0.8

/** Milliseconds after which the mark of a process that has read a token is removed: at worst, its next 401 is seen a moment later. */
const markLife = 3_600_000

/** By folder: where a workspace is built again, the former one ends while the next one already runs. */
const owners = new Map<string, ModelToken>()

/** The token by which the codex of one workspace is known to the model provider: a file, renewed before it expires and when it is refused. */
export class ModelToken implements AsyncDisposable {
  readonly #options: ModelTokenOptions
  #renewing: Promise<void> | undefined
  /** By `performance.now()`. */
  #due = -Infinity
  #expires = -Infinity
  #timer: NodeJS.Timeout | undefined
  #watcher: FSWatcher | undefined
  #closed = false

  constructor(options: ModelTokenOptions) {
    this.#options = options
  }

  get folder(): string {
    return this.#options.folder
  }

  /** Resolves when there is a token that is valid. Rejects with `overloaded` where none can be had. */
  async ready(): Promise<void> {
    const now = performance.now()
    if (now < this.#due) return
    const renewing = this.#renew()
    if (now < this.#expires) return void renewing.catch(() => {}) // it has been logged, and is tried again
    await renewing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#watcher?.close()
    await this.#renewing?.catch(() => {})
    if (owners.get(this.folder) !== this) return
    owners.delete(this.folder)
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 })
  }

  #renew(): Promise<void> {
    return (this.#renewing ??= this.#fetch().finally(() => (this.#renewing = undefined)))
  }

  async #fetch(): Promise<void> {
    const { source, workspace, warn, onToken, folder } = this.#options
    try {
      const asked = performance.now()
      const { token, expiresIn } = await source()
      onToken?.(token)
      await this.#watch()
      await writeFile(join(folder, 'next'), token, { mode: 0o600 })
      await rename(join(folder, 'next'), join(folder, tokenFiles.token))
      const life = expiresIn === undefined ? Infinity : expiresIn * 1000
      this.#expires = asked + life
      this.#due = asked + life * renewedAfter
      this.#renewAt(this.#due)
      await removeOldMarks(folder)
    } catch (cause) {
      warn?.({ workspace, cause: (cause as Error).message }, 'the token for the model provider cannot be fetched')
      this.#due = -Infinity
      throw new GatewayError('overloaded', 'The token for the model provider cannot be fetched now. Try again.', {
        retryAfter: 5,
        cause
      })
    } finally {
      await rm(join(folder, tokenFiles.refused), { force: true }) // codex waits for it
    }
  }

  /** A codex that runs for long reads it again only when it is refused. */
  #renewAt(time: number): void {
    clearTimeout(this.#timer)
    const wait = time - performance.now()
    if (this.#closed || wait > 0x7fffffff) return // for ever, or weeks: `ready` sees to it
    this.#timer = setTimeout(() => void this.#renew().catch(() => this.#renewAt(performance.now() + 5_000)), wait)
    this.#timer.unref()
  }

  async #watch(): Promise<void> {
    if (this.#watcher || this.#closed) return
    const { folder } = this.#options
    if (!owners.has(folder)) await rm(folder, { recursive: true, force: true })
    owners.set(folder, this)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    this.#watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name === tokenFiles.refused) void this.#refused()
    })
    this.#watcher.on('error', () => {}) // the folder is gone, and with it what would read the token
  }

  async #refused(): Promise<void> {
    const isAsked = await stat(join(this.#options.folder, tokenFiles.refused)).catch(() => undefined)
    if (isAsked && !this.#closed) await this.#renew().catch(() => {})
  }
}

async function removeOldMarks(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((one) => one.startsWith(tokenFiles.read))) {
    const stats = await stat(join(folder, name)).catch(() => undefined)
    if (stats && stats.mtimeMs < Date.now() - markLife) await rm(join(folder, name), { force: true })
  }
}
