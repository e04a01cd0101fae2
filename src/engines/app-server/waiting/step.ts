import type { HistoryItem, TurnRequest, UserInput } from '../../../turn/request.ts'

type Call = Extract<HistoryItem, { type: 'tool_call' }>
type Message = Extract<HistoryItem, { type: 'message' }>

/** A request that ends with results of tool calls, by its parts. */
export interface ToolStep {
  /** What came before the model's response that has the calls. */
  before: HistoryItem[]
  /** The text of that response. */
  text: string
  calls: Call[]
  /** What each call returned; `undefined` where the results are not exactly those of the calls. */
  results: ReadonlyMap<string, UserInput[]> | undefined
  /** Messages that came with the results, the new one last. */
  messages: Message[]
}

/** Undefined for a request that brings no result for the last calls of its history. */
export function toolStepFrom({ history = [], input }: Pick<TurnRequest, 'history' | 'input'>): ToolStep | undefined {
  const [start, end] = lastResponseIn(history)
  const [response, tail] = [history.slice(start, end), history.slice(end)]
  if (!tail.some(({ type }) => type === 'tool_result')) return undefined
  const calls = response.filter((item) => item.type === 'tool_call')
  const messages = tail.filter((item) => item.type === 'message')
  if (input.length > 0) messages.push({ type: 'message', role: 'user', content: input })
  return {
    before: history.slice(0, start),
    text: textOf(response),
    calls,
    results: messages.some(({ role }) => role === 'assistant') ? undefined : resultsOf(calls, tail),
    messages
  }
}

/** The calls of the last response that has any. */
export function lastCallsOf(history: readonly HistoryItem[]): Call[] {
  return history.slice(...lastResponseIn(history)).filter((item) => item.type === 'tool_call')
}

/** Where in a history the last response with calls begins and ends. */
function lastResponseIn(history: readonly HistoryItem[]): [start: number, end: number] {
  const last = history.findLastIndex(({ type }) => type === 'tool_call')
  if (last === -1) return [0, 0]
  const end = history.findIndex((item, index) => index > last && !isAnswer(item))
  return [
    history.findLastIndex((item, index) => index < last && !isAnswer(item)) + 1,
    end === -1 ? history.length : end
  ]
}

/** Whether it is a part of a response of the model. */
function isAnswer(item: HistoryItem): boolean {
  return (
    item.type === 'tool_call' || item.type === 'reasoning' || (item.type === 'message' && item.role === 'assistant')
  )
}

function textOf(response: readonly HistoryItem[]): string {
  const messages = response.flatMap((item) => (item.type === 'message' ? [item.content] : []))
  const texts = messages.map((parts) => parts.map((part) => (part.type === 'text' ? part.text : '')).join(''))
  return texts.filter((text) => text !== '').join('\n\n')
}

function resultsOf(calls: readonly Call[], tail: readonly HistoryItem[]): ReadonlyMap<string, UserInput[]> | undefined {
  const results = tail.filter((item) => item.type === 'tool_result')
  const byId = new Map(results.map(({ call_id, output }) => [call_id, output]))
  const isExact =
    results.length === calls.length && byId.size === calls.length && calls.every(({ call_id }) => byId.has(call_id))
  return isExact ? byId : undefined
}
