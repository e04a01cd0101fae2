import { createHash } from 'node:crypto'
import type { QuestionHost } from './questions.ts'
import type { NewRecord } from './turn-host.ts'

/** The records by which a repetition finds that the first `count` parts of a request are done: to be stored with the last of them. */
export type Taken = (count: number) => readonly NewRecord[]

/** How many parts of a request with a key are done, so that a repetition of it goes on after them. */
export class Progress {
  readonly #key: string | undefined
  readonly #hash: string
  readonly #total: number
  readonly done: number = 0
  /** Another request had this key. */
  readonly isOther: boolean = false

  constructor(session: Pick<QuestionHost, 'find'>, key: string | undefined, body: unknown, total: number) {
    this.#key = key
    this.#total = total
    this.#hash = key === undefined ? '' : createHash('sha256').update(JSON.stringify(body)).digest('hex')
    const former = key === undefined ? undefined : session.find('key', key)
    if (former === undefined) return
    const [hash, done = total] = former.split(' ')
    this.isOther = hash !== this.#hash
    this.done = Number(done)
  }

  get isOver(): boolean {
    return this.done === this.#total
  }

  readonly taken: Taken = (count) => {
    if (this.#key === undefined) return []
    const body = count === this.#total ? this.#hash : `${this.#hash} ${count}`
    return [{ kind: 'key', id: this.#key, scope: '', turn: '', body }]
  }
}
