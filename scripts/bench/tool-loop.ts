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
  text: string
  calls: Call[]
}

const tools = [{ type: 'function', function: tool }]

/** Runs a tool loop as a client of chat completions does, streamed. Resolves with the ms to the first text of each step after the first answer. */
export async function toolLoop(target: Target): Promise<number[]> {
  const messages: object[] = [{ role: 'user', content: question }]
  const times: number[] = []
  for (let step = 0; ; step++) {
    const { firstTextMs, text, calls } = await answered(target, messages)
    if (step > 0) times.push(firstTextMs)
    if (calls.length === 0) break
    messages.push({ role: 'assistant', content: text, tool_calls: calls })
    for (const { id } of calls) messages.push({ role: 'tool', tool_call_id: id, content: result })
  }
  if (times.length !== steps) throw new Error(`A tool loop had ${times.length} steps instead of ${steps}`)
  return times
}

async function answered(target: Target, messages: object[]): Promise<Step> {
  const begun = performance.now()
  const step: Step = { firstTextMs: NaN, text: '', calls: [] }
  const response = await post(target, 'chat/completions', { stream: true, messages, tools })
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
