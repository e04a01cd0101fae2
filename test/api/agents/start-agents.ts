import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { OpenAI } from 'openai-newest'
import type { Answer } from '../../support/upstream/script.ts'
import { owner, startThreads, stranger } from '../threads/start-threads.ts'
import type { ThreadsRig } from '../threads/start-threads.ts'

export interface AgentsRig extends ThreadsRig {
  /** The official client as somebody's, the owner's when left out. It is made anew after a restart, and tries nothing twice. */
  client: (token?: string) => OpenAI
  agents: () => OpenAI['beta']['agents']
}

export async function startAgents(usual: Answer, settings: Record<string, string> = {}): Promise<AgentsRig> {
  const rig = await startThreads(usual, settings)
  const client: AgentsRig['client'] = (token = owner) =>
    new OpenAI({ apiKey: token, baseURL: rig.url(), maxRetries: 0 })
  return { ...rig, client, agents: () => client().beta.agents }
}

/** One for all tests of a file. */
export function sharedAgents(usual: Answer, settings?: Record<string, string>): () => AgentsRig {
  let rig: AgentsRig
  beforeAll(async () => {
    rig = await startAgents(usual, settings)
  })
  afterEach(() => untilNothingRuns(rig))
  afterAll(() => rig[Symbol.asyncDispose]())
  return () => rig
}

export { owner, stranger }

/** A turn that a test leaves running could take the answer that is scripted for the next one: it is accepted before codex has begun it. */
export async function untilNothingRuns(rig: AgentsRig): Promise<void> {
  const running = async () => {
    const sessions = await all(rig.agents().sessions.list({ limit: 100 }))
    return sessions.filter(({ status }) => status === 'in_progress').map(({ id }) => id)
  }
  await expect.poll(running).toEqual([])
}

/** All of a list, page by page. */
export async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const one of pages) found.push(one)
  return found
}

/** What a call fails with. */
export async function failure(call: PromiseLike<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  try {
    await call
  } catch (error) {
    if (error instanceof OpenAI.APIError) return error
    throw error
  }
  throw new Error('It did not fail.')
}
