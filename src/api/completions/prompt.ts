import { paragraphs } from '../../text/answer-text.ts'
import type { AnswerText } from '../../text/answer-text.ts'
import { pieces } from '../../text/pieces.ts'
import type { TurnEvent } from '../../turn/event.ts'
import { emitTurn } from '../emit.ts'
import type { Emit, Ending, Translation } from '../emit.ts'

/** One prompt's turn. Leaving its scope ends what is left of it. */
export interface PromptTurn extends Disposable {
  events: AsyncIterable<TurnEvent>
  text: AnswerText
  /** Ends the turn, because the rest of it is not wanted. */
  cut: () => void
}

/** Begins the turn of a prompt. Throws the `GatewayError` of one that fails at once. */
export type BeginPrompt = (prompt: string) => Promise<PromptTurn>

/** Emits the text of a prompt's turn. Throws the `GatewayError` of a turn that failed. */
export async function emitPrompt({ events, text, cut }: PromptTurn, emit: Emit<string>): Promise<Ending> {
  const ending = await emitTurn(events, new PromptText(text), emit, cut)
  for (const piece of piecesOf(text.end())) await emit(piece)
  return text.stopped ? { ...ending, cut: undefined } : ending
}

/** A turn's messages, joined by blank lines. */
class PromptText implements Translation<string> {
  readonly #text: AnswerText
  readonly #join = paragraphs()

  constructor(text: AnswerText) {
    this.#text = text
  }

  get stopped(): boolean {
    return this.#text.stopped
  }

  translate(event: TurnEvent): readonly string[] {
    if (this.#text.stopped || event.type !== 'item.delta' || event.item_type !== 'agent_message') return nothing
    return piecesOf(this.#text.push(this.#join(event.item_id, event.delta)))
  }
}

const nothing: readonly string[] = []

const piecesOf = (text: string) => (text === '' ? nothing : pieces(text))
