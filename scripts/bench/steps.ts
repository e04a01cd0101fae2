import { answer, says } from '../../test/support/upstream/answer.ts'
import { functionCall, message } from '../../test/support/upstream/items.ts'
import type { Script } from '../../test/support/upstream/script.ts'
import type { FunctionTool } from '../../src/turn/request.ts'

/** A tool loop of the bench: so many answers with a call, and then one without. */
export const steps = 20

export const tool: FunctionTool = {
  name: 'bench_look_up',
  description: 'Looks something up.',
  parameters: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
}

/** What each call returns: about as much as a small file. */
export const result = 'A line of what was found. '.repeat(40)
export const question = 'Look up all twenty of them, one after the other.'

/** The model's answer in a loop, by how many results its request has; undefined for a request without the tool. */
export function stepFor(request: Buffer): Script | undefined {
  if (!request.includes(`"name":"${tool.name}"`)) return undefined
  const n = request.toString('latin1').split('"type":"function_call_output"').length - 1
  if (n >= steps) return says('All', ' looked', ' up.')
  return answer([message(['I', ' look', ' it', ' up.']), functionCall(tool.name, { n })])
}

/** What the model was sent for tool loops. */
export interface Sent {
  bytes: number
  keys: number
}

/** Counts it. */
export class SentCounter {
  #bytes = 0
  readonly #keys = new Set<string>()

  add(request: Buffer): void {
    this.#bytes += request.length
    this.#keys.add(/"prompt_cache_key":"([^"]*)"/.exec(request.toString('latin1'))?.[1] ?? '')
  }

  /** Since it was last taken. */
  take(): Sent {
    const sent = { bytes: this.#bytes, keys: this.#keys.size }
    this.#bytes = 0
    this.#keys.clear()
    return sent
  }
}
