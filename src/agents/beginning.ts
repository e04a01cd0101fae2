import type { ThreadTurnOrder } from '../threads/run.ts'

/** The call that begins a turn, by where it runs. */
export type Begin = ThreadTurnOrder['begin']

/** What codex is given to begin a turn with, to which messages can be added while it waits for its slot. */
export class Beginning {
  #inputs: Begin[] | undefined

  constructor(inputs: readonly Begin[] | undefined) {
    this.#inputs = inputs && [...inputs]
  }

  get isOpen(): boolean {
    return this.#inputs !== undefined
  }

  /** False where it is too late. */
  add(begin: Begin): boolean {
    this.#inputs?.push(begin)
    return this.isOpen
  }

  /** All of it as one call. Nothing can be added any more. */
  readonly take: Begin = (workspace) => {
    const all = (this.#inputs ?? []).map((begin) => begin(workspace))
    this.#inputs = undefined
    const input = all.flatMap(({ params }) => (params as { input: object[] }).input)
    return { method: 'turn/start', params: { ...all[0]?.params, input } }
  }
}
