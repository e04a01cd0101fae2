import { failureFrom } from '../../turn/outcome.ts'
import type { AnswerText } from '../../text/answer-text.ts'
import { paragraphs } from '../../text/paragraphs.ts'
import { isTurnEnd } from '../../turn/event.ts'
import type { TurnEvent } from '../../turn/event.ts'
import type { Usage } from '../../turn/usage.ts'

/** One prompt's turn. Leaving its scope ends what is left of it. */
export interface PromptTurn extends Disposable {
  events: AsyncIterable<TurnEvent>
  text: AnswerText
  /** Ends the turn, because the rest of it is not wanted. */
  cut: () => void
}

/** Begins the turn of a prompt. Throws the `GatewayError` of one that fails at once. */
export type BeginPrompt = (prompt: string) => Promise<PromptTurn>

/** Takes a text, perhaps ''; a promise asks to wait until there is room for more. */
export type Say = (text: string) => Promise<void> | undefined

/** Says a turn's messages, joined by blank lines. Returns what it used, where that is known. Throws the `GatewayError` of a turn that failed. */
export async function told({ events, text, cut }: PromptTurn, say: Say): Promise<Usage | undefined> {
  const join = paragraphs()
  let usage: Usage | undefined
  let isCut = false
  for await (const event of events) {
    if (isTurnEnd(event)) {
      const failure = failureFrom(event)
      if (failure && !text.stopped) throw failure
      usage = event.usage
      break
    }
    if (isCut || event.type !== 'item.delta' || event.item_type !== 'agent_message') continue
    await say(text.push(join(event.item_id, event.delta)))
    if (text.stopped) {
      isCut = true
      cut()
    }
  }
  await say(text.end())
  return usage
}
