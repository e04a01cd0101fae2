import type { TurnEvent } from '../../../src/turn/event.ts'
import type { FunctionTool, HistoryItem, TurnRequest, UserInput } from '../../../src/turn/request.ts'
import type { AppServerRig } from './rig.ts'

export const lookUp: FunctionTool = {
  name: 'look_up',
  parameters: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
}
export const text = (words: string): UserInput[] => [{ type: 'text', text: words }]
export const user = (words: string): HistoryItem => ({ type: 'message', role: 'user', content: text(words) })

type Call = Extract<HistoryItem, { type: 'tool_call' }>

/** What became of a turn's results of tool calls; undefined for a turn without any. */
export const outcomeOf = (events: TurnEvent[]) =>
  events.flatMap((event) => (event.type === 'thread.started' ? [event.tool_results] : []))[0]

/** A client of chat completions: it sends the whole history again with each step. */
export class ToolLoop {
  readonly history: HistoryItem[] = []
  /** The calls of the last answer. */
  calls: Call[] = []
  readonly #rig: AppServerRig
  readonly #request: Partial<TurnRequest>

  constructor(rig: AppServerRig, request: Partial<TurnRequest> = {}) {
    this.#rig = rig
    this.#request = { tools: [lookUp], owner: 'ada', ...request }
  }

  async ask(words: string, request: Partial<TurnRequest> = {}): Promise<TurnEvent[]> {
    const events = await this.#run({ input: text(words), ...request })
    this.history.push(user(words))
    return this.received(events)
  }

  /** Sends what the calls returned: `n: 1` unless it is given, by call. */
  async step(
    outputs: UserInput[][] = [],
    more: HistoryItem[] = [],
    request: Partial<TurnRequest> = {}
  ): Promise<TurnEvent[]> {
    const results = this.calls.map(({ call_id }, index): HistoryItem => ({
      type: 'tool_result',
      call_id,
      output: outputs[index] ?? text('1')
    }))
    this.history.push(...results, ...more)
    return this.received(await this.#run(request))
  }

  /** Takes over the answer, as clients do. */
  received(events: TurnEvent[]): TurnEvent[] {
    const said = events.flatMap((event) =>
      event.type === 'item.completed' && event.item.type === 'agent_message' ? event.item.text : []
    )
    this.calls = events.flatMap((event): Call[] =>
      event.type === 'tool.called'
        ? [{ type: 'tool_call', call_id: event.call_id, name: event.name, arguments: event.arguments }]
        : []
    )
    if (said.length > 0)
      this.history.push({ type: 'message', role: 'assistant', content: [{ type: 'text', text: said.join('\n\n') }] })
    this.history.push(...this.calls)
    return events
  }

  run(request: Partial<TurnRequest>): Promise<TurnEvent[]> {
    return this.#run(request)
  }

  #run(request: Partial<TurnRequest>): Promise<TurnEvent[]> {
    return this.#rig.run({ input: [], history: [...this.history], ...this.#request, ...request })
  }
}
