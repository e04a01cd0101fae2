import { post } from './client.ts'
import type { Target } from './client.ts'
import { question, result, steps, tool } from './steps.ts'

interface Call {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
}
interface Chunk {
  choices?: { delta?: { content?: string; tool_calls?: (Partial<Call> & { index: number })[] } }[]
}
interface Step {
  firstTextMs: number
  /** Whether it went on in the turn of its calls. */
  isResumed: boolean
  text: string
  calls: Call[]
}

const tools = [{ type: 'function', function: tool }]

/** A tool loop as a client of chat completions has it, streamed. */
export class ToolLoop {
  readonly #target: Target
  readonly #messages: object[]

  /** `about`: makes the conversation another than all others. */
  constructor(target: Target, about = '') {
    this.#target = target
    this.#messages = [{ role: 'user', content: `${question} ${about}` }]
  }

  /** Asks for the next answer, and takes it over with what its calls return. */
  async step(): Promise<Step> {
    const step = await answered(this.#target, this.#messages)
    this.#messages.push({ role: 'assistant', content: step.text, tool_calls: step.calls })
    for (const { id } of step.calls) this.#messages.push({ role: 'tool', tool_call_id: id, content: result })
    return step
  }
}

/** Runs a whole loop. Resolves with the ms to the first text of each step after the first answer. */
export async function toolLoop(target: Target): Promise<number[]> {
  const loop = new ToolLoop(target)
  const times: number[] = []
  let { calls } = await loop.step()
  while (calls.length > 0) {
    const step = await loop.step()
    times.push(step.firstTextMs)
    calls = step.calls
  }
  if (times.length !== steps) throw new Error(`A tool loop had ${times.length} steps instead of ${steps}`)
  return times
}

async function answered(target: Target, messages: object[]): Promise<Step> {
  const begun = performance.now()
  const response = await post(target, 'chat/completions', { stream: true, messages, tools })
  const isResumed = response.headers['x-codex-turn'] === 'resumed'
  const step: Step = { firstTextMs: NaN, isResumed, text: '', calls: [] }
  let rest = ''
  for await (const piece of response.setEncoding('utf8') as AsyncIterable<string>) {
    const events = (rest + piece).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) if (event.startsWith('data: {')) read(JSON.parse(event.slice(6)) as Chunk, step, begun)
  }
  if (response.statusCode !== 200) throw new Error(`${target.url} answered ${response.statusCode}: ${rest}`)
  return step
}

function read({ choices }: Chunk, step: Step, begun: number): void {
  const { content, tool_calls: calls = [] } = choices?.[0]?.delta ?? {}
  if (content) {
    if (step.text === '') step.firstTextMs = performance.now() - begun
    step.text += content
  }
  for (const { index, id = '', function: of } of calls) {
    const call = (step.calls[index] ??= { id, type: 'function', function: { name: of?.name ?? '', arguments: '' } })
    call.function.arguments += of?.arguments ?? ''
  }
}
