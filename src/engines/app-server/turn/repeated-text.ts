import { GatewayError } from '../../../turn/error.ts'
import type { MessagePhase } from '../../../turn/item.ts'

/** A text that was emitted, as far as it has come. */
export interface EmittedText {
  id: string
  type: 'agent_message' | 'reasoning'
  text: string
  phase?: MessagePhase | undefined
  complete: boolean
}

/** What a text is to those emitted before: still equal to one, the rest of one, or a new one. */
export type Comparison = { is: 'repetition' } | { is: 'continuation'; of: EmittedText; rest: string } | { is: 'new' }

/**
 * After its stream broke Codex asks the model again, and the answer comes a second time, under another id: what was complete may
 * come again, what was cut off must. This compares the texts of the second answer with what was emitted of the first.
 */
export class RepeatedAnswer {
  #emitted: EmittedText[]

  constructor(emitted: readonly EmittedText[]) {
    this.#emitted = [...emitted]
  }

  /** Compares the beginning of a text. Throws `upstream_error` where an answer continues differently. */
  compare(type: EmittedText['type'], text: string): Comparison {
    const match = this.#emitted.find(
      (emitted) =>
        emitted.type === type && (emitted.text.startsWith(text) || (!emitted.complete && text.startsWith(emitted.text)))
    )
    if (match === undefined) return this.#new(type)
    if (text.length <= match.text.length) return { is: 'repetition' }
    this.#remove(match)
    return { is: 'continuation', of: match, rest: text.slice(match.text.length) }
  }

  /** Compares a complete text. Throws as `compare`. */
  compareComplete(type: EmittedText['type'], text: string): Comparison {
    const match = this.#emitted.find(
      (emitted) =>
        emitted.type === type && (emitted.text === text || (!emitted.complete && text.startsWith(emitted.text)))
    )
    if (match === undefined) return this.#new(type)
    this.#remove(match)
    return match.complete
      ? { is: 'repetition' }
      : { is: 'continuation', of: match, rest: text.slice(match.text.length) }
  }

  /** The model's response is complete. Throws `upstream_error` where an answer that was cut off has not come again. */
  end(): void {
    this.#new('agent_message')
  }

  /** Reasoning may differ; the beginning of an answer can be neither taken back nor left standing before another. */
  #new(type: EmittedText['type']): Comparison {
    if (
      type === 'agent_message' &&
      this.#emitted.some((emitted) => emitted.type === type && !emitted.complete && emitted.text !== '')
    ) {
      throw new GatewayError(
        'upstream_error',
        'The connection to the model was lost in the middle of its answer, and its second answer was another.'
      )
    }
    return { is: 'new' }
  }

  #remove(match: EmittedText): void {
    this.#emitted = this.#emitted.filter((emitted) => emitted !== match)
  }
}
