import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where codex itself writes what commands print: the model has read it, and goes on from there. */
const threads = /\.codex-threads\//

/** Looks for the secrets of all tasks where they must not be. */
export class Search {
  readonly #folder: string
  readonly #secrets = new Map<string, string>()
  readonly #found = new Set<string>()
  readonly #texts: [string, string][] = []
  #looks = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The same for one marker: a request that is repeated must be the same. */
  secretOf(marker: string): string {
    const secret = this.#secrets.get(marker) ?? `sec-${randomBytes(9).toString('hex')}`
    this.#secrets.set(marker, secret)
    if (this.#looks++ % 20 === 0) this.#lookAtProcesses()
    return secret
  }

  addLog(log: string): void {
    this.addText('log', log)
  }

  addText(where: string, text: string): void {
    this.#texts.push([where, text])
  }

  /** Where any of them is. */
  async found(): Promise<string[]> {
    for (const [where, text] of this.#texts) this.#lookIn(where, text)
    for (const path of await readdir(join(this.#folder, 'home'), { recursive: true })) {
      if (threads.test(`${path}/`)) continue
      const content = await readFile(join(this.#folder, 'home', path), 'latin1').catch(() => '')
      this.#lookIn(path, content)
    }
    return [...this.#found]
  }

  /** One pattern for all: there are hundreds. */
  #lookIn(where: string, text: string): void {
    const known = new Set(this.#secrets.values())
    for (const [secret] of text.matchAll(/sec-[0-9a-f]{18}/g))
      if (known.has(secret)) this.#found.add(`${where}: ${secret}`)
  }

  #lookAtProcesses(): void {
    for (const pid of readdirSync('/proc')) {
      if (!/^\d+$/.test(pid)) continue
      try {
        this.#lookIn(`argv of ${pid}`, readFileSync(`/proc/${pid}/cmdline`, 'latin1'))
      } catch {
        // gone meanwhile
      }
    }
  }
}
