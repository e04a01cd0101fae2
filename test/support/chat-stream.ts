import { expect } from 'vitest'
import type { z } from 'zod'
import { choiceChunk, errorBody, usageChunk } from './openai-schemas.ts'

/** What a chat completion's stream held. */
export interface ChatStream {
  content: string
  reasoning: string
  refusal: string | null
  /** Of a custom tool, `arguments` is its text. */
  calls: { id: string; name: string; arguments: string }[]
  finishReason: string | null
  usage?: z.output<typeof usageChunk>['usage']
  error?: z.output<typeof errorBody>['error']
  chunks: z.output<typeof choiceChunk>[]
}

/** Reads the body of a stream and holds it to all that clients depend on: framing, order, constant head, one end. */
export function chatStreamFrom(body: string): ChatStream {
  const events = eventsOf(body)
  const whole = events.at(-1) === '[DONE]'
  const json = (whole ? events.slice(0, -1) : events).map((event): unknown => JSON.parse(event))
  const error = whole ? undefined : errorBody.parse(json.pop()).error
  const usage = isUsage(json.at(-1)) ? usageChunk.parse(json.pop()).usage : undefined
  const chunks = json.map((event) => choiceChunk.parse(event))
  for (const { choices } of chunks) expect(choices[0].index).toBe(0)
  const deltas = chunks.map(({ choices: [choice] }) => choice.delta)
  expect(new Set(chunks.map(({ id, created, model }) => `${id} ${created} ${model}`)).size).toBe(1)
  expect(deltas.map((delta) => 'role' in delta).indexOf(true)).toBe(0)
  expect(deltas.filter((delta) => 'role' in delta)).toHaveLength(1)
  const finishes = chunks.flatMap(({ choices: [choice] }) => choice.finish_reason ?? [])
  expect(finishes).toHaveLength(error ? 0 : 1)
  if (!error) expect(chunks.at(-1)?.choices[0].finish_reason).not.toBeNull()
  return {
    ...joined(deltas),
    finishReason: finishes[0] ?? null,
    ...(usage && { usage }),
    ...(error && { error }),
    chunks
  }
}

/** The same for each choice of a stream that may have several. */
export function chatStreamsFrom(body: string): ChatStream[] {
  const lines = body.split(/(?<=\n\n)/)
  const indexOf = (line: string) => /^data: .{1,400}?"choices":\[\{"index":(\d+),/.exec(line)?.[1]
  const indices = [...new Set(lines.flatMap((line) => indexOf(line) ?? []))]
  return indices.map((index) => {
    const own = lines.filter((line) => [index, undefined].includes(indexOf(line)))
    return chatStreamFrom(own.join('').replaceAll(`"choices":[{"index":${index},`, '"choices":[{"index":0,'))
  })
}

/** Nothing but `data:` lines, each followed by an empty one, none longer than 32 KiB. */
function eventsOf(body: string): string[] {
  expect(body.endsWith('\n\n')).toBe(true)
  return body
    .slice(0, -2)
    .split('\n\n')
    .map((line) => {
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(32_768)
      expect(line).toMatch(/^data: [^\n\r]+$/)
      return line.slice('data: '.length)
    })
}

function isUsage(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'usage' in event
}

function joined(
  deltas: z.output<typeof choiceChunk>['choices'][0]['delta'][]
): Pick<ChatStream, 'content' | 'reasoning' | 'refusal' | 'calls'> {
  const answer = { content: '', reasoning: '', refusal: null as string | null, calls: [] as ChatStream['calls'] }
  for (const delta of deltas) {
    if ('refusal' in delta) answer.refusal = delta.refusal
    if ('content' in delta) answer.content += delta.content ?? ''
    if ('reasoning_content' in delta) answer.reasoning += delta.reasoning_content
    if (!('tool_calls' in delta)) continue
    const [call] = delta.tool_calls
    if ('id' in call) {
      expect(call.index).toBe(answer.calls.length)
      const { name } = 'custom' in call ? call.custom : call.function
      answer.calls.push({ id: call.id, name, arguments: '' })
    } else {
      expect(answer.calls[call.index]).toBeDefined()
      answer.calls[call.index]!.arguments += 'custom' in call ? call.custom.input : call.function.arguments
    }
  }
  return answer
}
