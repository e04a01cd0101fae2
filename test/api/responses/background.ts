import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterEach, beforeEach } from 'vitest'
import { admitted, completed, message } from '../../support/scripted-engine.ts'
import type { Step } from '../../support/scripted-engine.ts'
import { ask } from './start-responses.ts'
import type { StartedResponses } from './start-responses.ts'

/** A new CODEX_CLI_HOME for each test of a file. */
export function homes(): { readonly home: string } {
  const current = { home: '' }
  beforeEach(async () => {
    current.home = await mkdtemp(join(tmpdir(), 'background-'))
  })
  afterEach(() => rm(current.home, { recursive: true }))
  return current
}

export const begun: Step[] = [admitted, { type: 'turn.started' }]
export const pong: Step[] = [...begun, ...message('m', 'po', 'ng'), completed]
export const streamed = { ...ask, background: true as const, stream: true as const }
export const clientOf = ({ url }: StartedResponses) =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: 'unneeded', maxRetries: 0 })

/** All events, as OpenAI's client reads them. */
export async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const event of events) found.push(event)
  return found
}

export const idIn = (events: readonly unknown[]) => (events[0] as { response: { id: string } }).response.id
export const again = (served: StartedResponses, id: string, more: { starting_after?: number } = {}) =>
  clientOf(served).responses.retrieve(id, { stream: true, ...more })
