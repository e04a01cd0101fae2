import { GatewayError } from '../../../turn/error.ts'

/** A text that the caller has heard. */
export interface Heard {
  id: string
  text: string
  whole: boolean
  type: 'agent_message' | 'reasoning'
}

/** What the beginning of a text is: still a repetition, the continuation of what was heard, or something new. */
export type Verdict = { is: 'repetition' } | { is: 'continuation'; of: Heard; rest: string } | { is: 'new' }

/**
 * After a torn stream Codex asks the model again and the answer comes anew, under another id: what was
 * whole may come again, what was cut off must. This compares the second telling with what was heard.
 */
export class Retelling {
  #heard: Heard[]

  constructor(heard: readonly Heard[]) {
    this.#heard = [...heard]
  }

  /** Judges the beginning of a text, as far as it has come. Throws `upstream_error` where an answer goes on differently. */
  judge(type: Heard['type'], text: string): Verdict {
    const match = this.#heard.find(
      (heard) => heard.type === type && (heard.text.startsWith(text) || (!heard.whole && text.startsWith(heard.text)))
    )
    if (match === undefined) return this.#new(type)
    if (text.length <= match.text.length) return { is: 'repetition' }
    this.#settle(match)
    return { is: 'continuation', of: match, rest: text.slice(match.text.length) }
  }

  /** Judges a text that is complete. */
  judgeWhole(type: Heard['type'], text: string): Verdict {
    const match = this.#heard.find(
      (heard) => heard.type === type && (heard.text === text || (!heard.whole && text.startsWith(heard.text)))
    )
    if (match === undefined) return this.#new(type)
    this.#settle(match)
    return match.whole ? { is: 'repetition' } : { is: 'continuation', of: match, rest: text.slice(match.text.length) }
  }

  /** The model's response is complete: what part of an answer was cut off must have come again. */
  end(): void {
    this.#new('agent_message')
  }

  /** Thoughts may be others; what an answer began with can be neither taken back nor left standing before another. */
  #new(type: Heard['type']): Verdict {
    if (
      type === 'agent_message' &&
      this.#heard.some((heard) => heard.type === type && !heard.whole && heard.text !== '')
    ) {
      throw new GatewayError(
        'upstream_error',
        'The connection to the model was lost in the middle of its answer, and its second answer was another.'
      )
    }
    return { is: 'new' }
  }

  #settle(match: Heard): void {
    this.#heard = this.#heard.filter((heard) => heard !== match)
  }
}
