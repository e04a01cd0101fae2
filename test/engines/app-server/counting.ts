import type { TurnEvent } from '../../../src/turn/event.ts'
import type { HistoryItem, TurnRequest } from '../../../src/turn/request.ts'
import { answer, wireUsage } from '../../support/upstream/answer.ts'
import { message } from '../../support/upstream/items.ts'
import type { Answer } from '../../support/upstream/script.ts'
import { runs, scriptFor } from '../../support/upstream/tool-calls.ts'
import type { AppServerRig } from './rig.ts'
import { assistant, text, user } from './warm.ts'

/** One conversation with a scripted model, which adds up what the model reports. */
export class CountedConversation {
  /** Input and output that the model reported to codex. */
  reported: [input: number, output: number] = [0, 0]
  readonly #rig: AppServerRig
  #history: HistoryItem[] = []

  constructor(rig: AppServerRig) {
    this.#rig = rig
  }

  /** An answer that reports so many tokens. */
  costs(input: number, output: number, given: Answer = answer([message('Yes.')])): Answer {
    return (request) => {
      this.reported = [this.reported[0] + input, this.reported[1] + output]
      const script = scriptFor(given, request)
      const usage = JSON.stringify(wireUsage({ input, output, cached: 0, reasoning: 0 }))
      return {
        ...script,
        pieces: script.pieces.map((piece) => piece.replace(/"usage":\{.*?\},?"total_tokens":\d+\}/, `"usage":${usage}`))
      }
    }
  }

  /** A command, and what is answered when it has run. */
  command(script: string, [input, output]: [number, number], then: Answer): Answer[] {
    return [this.costs(input, output, runs(script, then)), then]
  }

  /** Asks for a turn that follows those before it. Without answers the upstream gives its usual one. */
  async ask(
    answers: Answer[],
    until?: (event: TurnEvent) => boolean,
    request: Partial<TurnRequest> = {}
  ): Promise<TurnEvent[]> {
    this.#rig.upstream.answerNext(...answers)
    const abort = new AbortController()
    const all: TurnEvent[] = []
    const asked = { input: text('Well?'), history: this.#history, client: 'ada', ...request }
    for await (const event of this.#rig.engine.run(asked, abort.signal)) {
      all.push(event)
      if (until?.(event)) abort.abort('client')
    }
    const messages = all.flatMap((event) =>
      event.type === 'item.completed' && event.item.type === 'agent_message' ? event.item.text : []
    )
    this.#history = [...this.#history, user('Well?'), assistant(...messages)]
    return all
  }
}

/** Input and output that the turns counted. */
export function countedIn(all: TurnEvent[]): [input: number, output: number] {
  const events = all.flatMap((event) => (event.type === 'usage.counted' ? event.usage : []))
  return [
    events.reduce((sum, usage) => sum + usage.input_tokens, 0),
    events.reduce((sum, usage) => sum + usage.output_tokens, 0)
  ]
}

export const unknownIn = (all: TurnEvent[]) =>
  all.flatMap((event) => (event.type === 'usage.unknown' ? event.cause : []))

export const threadOf = (all: TurnEvent[]) =>
  all.flatMap((event) => (event.type === 'thread.started' ? event.thread_id : []))[0]!
