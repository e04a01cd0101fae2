import { NobodyListens } from '../broker/broker.ts'
import type { Mail } from '../broker/broker.ts'
import { GatewayError } from '../turn/error.ts'
import type { TurnRequest } from '../turn/request.ts'
import { partFrom, takenFrom } from '../wire/messages.ts'
import type { Taken } from '../wire/messages.ts'
import { requestFrom } from '../wire/request.ts'
import { times } from '../wire/times.ts'

/** Who asks for a turn, and where. */
export interface Taker {
  mail: Mail
  /** The front end's subject. */
  subject: string
  turn: string
  worker: string
  run: string
}

export type Given = Exclude<Taken, { gone: true }>

/** Asks the front end for its turn; undefined where it is not for this worker. Its answer alone allows the turn to be run. */
export async function take({ mail, subject, turn, worker, run }: Taker): Promise<Given | undefined> {
  for (let tries = 0; tries < times.takeTries; tries += 1) {
    try {
      const taken = takenFrom(await mail.request(subject, { do: 'take', turn, worker, run }, times.take))
      return taken && !('gone' in taken) ? taken : undefined
    } catch (error) {
      if (error instanceof NobodyListens) return undefined // nobody waits for it
    }
  }
  return undefined
}

/** The request of a turn that was given to this worker, fetched in parts where it is large. Rejects with a `GatewayError`. */
export async function requestOf(given: Given, taker: Taker): Promise<TurnRequest> {
  try {
    return requestFrom('request' in given ? given.request : JSON.parse(await fetchText(given.chars, taker)))
  } catch (error) {
    throw new GatewayError('engine_stopped', 'The request that reached the worker was incomplete.', { cause: error })
  }
}

async function fetchText(chars: number, { mail, subject, turn, run }: Taker): Promise<string> {
  const parts: string[] = []
  const size = Math.floor(mail.maxChars / 2) // JSON in JSON: its quotes take two
  for (let at = 0; at < chars; at += size) {
    const part = partFrom(await again(() => mail.request(subject, { do: 'part', turn, run, at, size }, times.take)))
    if (!part) throw new Error('a part of the request is missing')
    parts.push(part.text)
  }
  return parts.join('')
}

async function again<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (error instanceof NobodyListens || tries >= times.takeTries) throw error
    }
  }
}
