import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { Mutant } from './mutants.ts'
import type { Stage } from './trial.ts'

/** What came of the mutants so far, one JSON line each, so that a run that was stopped goes on where it was. */
export class Journal {
  readonly #path: string | undefined
  /** The test that caught a mutant in a stage; null where none did. */
  readonly #results = new Map<string, string | null>()

  /** Reads the file at `path`, which need not be there; without a path nothing is written. It holds for one state of the sources. */
  constructor(path?: string) {
    this.#path = path
    if (path === undefined || !existsSync(path)) return
    for (const line of readFileSync(path, 'utf8').split('\n').filter(Boolean)) {
      const [key, by] = JSON.parse(line) as [string, string | null]
      this.#results.set(key, by)
    }
  }

  /** What is known of a mutant in a stage, or what `look` finds. */
  async result(mutant: Mutant, stage: Stage, look: () => Promise<string | undefined>): Promise<string | undefined> {
    const key = `${stage} ${mutant.file}:${mutant.start} ${mutant.replacement}`
    const known = this.#results.get(key)
    if (known !== undefined) return known ?? undefined
    const by = await look()
    this.#results.set(key, by ?? null)
    if (this.#path !== undefined) appendFileSync(this.#path, `${JSON.stringify([key, by ?? null])}\n`)
    return by
  }
}
