import { createHash } from 'node:crypto'
import type { TurnRequest } from '../../turn/request.ts'
import type { WorkerBeat } from '../../wire/messages.ts'

/** Calls whose worker is remembered. */
const rememberedCalls = 10_000

/**
 * What a conversation begins with, which is the same in each of its turns: the provider's prompt cache and codex's loaded
 * threads know it by that.
 */
export function rootOf(request: TurnRequest): string {
  const { owner, workspace, model, instructions, profile, sandbox, tools, history, input } = request
  const first = history?.[0] ?? { type: 'message', role: 'user', content: input }
  const root = [owner, workspace, model, instructions, profile, sandbox, tools, first]
  return createHash('sha256').update(JSON.stringify(root)).digest('hex')
}

/**
 * The worker of a root, by rendezvous hashing: nothing is stored, all front ends agree, and when a worker comes or goes only
 * its own share moves.
 */
export function rendezvous<T extends Pick<WorkerBeat, 'worker'>>(root: string, workers: readonly T[]): T | undefined {
  const rootNumber = numberOf(root)
  let best: { worker: T; weight: number } | undefined
  for (const worker of workers) {
    const weight = mixed(rootNumber ^ workerNumber(worker.worker))
    if (!best || weight > best.weight) best = { worker, weight }
  }
  return best?.worker
}

/** A digest for each worker and turn would take milliseconds where there are a thousand workers. */
const workerNumbers = new Map<string, number>()

function workerNumber(name: string): number {
  const known = workerNumbers.get(name)
  if (known !== undefined) return known
  if (workerNumbers.size > 10_000) workerNumbers.clear()
  const number = numberOf(name)
  workerNumbers.set(name, number)
  return number
}

const numberOf = (text: string) => createHash('sha1').update(text).digest().readUInt32BE()

/** The last step of MurmurHash3: each bit of the input changes half of those of the result. */
function mixed(number: number): number {
  let bits = number
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

/** Which worker made a call of the caller's tools: its turn may wait there for the results. */
export class CallPlaces {
  readonly #workers = new Map<string, string>()

  note(callId: string, worker: string): void {
    this.#workers.delete(callId)
    this.#workers.set(callId, worker)
    if (this.#workers.size <= rememberedCalls) return
    const [oldest] = this.#workers.keys()
    if (oldest !== undefined) this.#workers.delete(oldest)
  }

  /** Of a turn that brings the results of calls. */
  of({ history }: TurnRequest): string | undefined {
    const last = history?.at(-1)
    return last?.type === 'tool_result' ? this.#workers.get(last.call_id) : undefined
  }
}
