import { readdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { expect } from 'vitest'
import type { TurnQueue } from '../../src/engines/queue.ts'
import { token } from '../gateway/started.ts'
import type { Started } from '../gateway/started.ts'

/** What a fault may never bring to light, besides the token. */
export const canaries = { prompt: 'planted-prompt', key: 'sk-planted-provider-key', url: 'https://planted.example/v1' }

/** A process as the gateway started it. */
export interface Start {
  argv: readonly string[]
  env: Record<string, string>
}

/** What is looked at after a fault. */
export interface Watched {
  gateway: Pick<Started, 'lines' | 'server'>
  queue: TurnQueue
  /** The guard's folder for temporary files. */
  temp: string
  starts: readonly Start[]
  /** Processes that belong to turns. */
  left: () => unknown[]
  /** Descriptors that may be open: those of before the first request, and what the engine keeps. */
  files: () => number
  /** Rejections that nobody handled, and warnings. */
  complaints: readonly unknown[]
  /** More that must not be told. */
  secrets: readonly string[]
  /** What an ordinary request is answered. */
  ordinary: () => Promise<string>
  /** Requests of which the log was to tell when this was last looked at. */
  counted: number
}

/**
 * The invariants I1 to I9 but for memory and pace: an ordinary request works, and nothing is left of any before it, nor is anything told.
 * `said`: all that clients were told; `requests`: how many there were since this was last looked at.
 */
export async function expectNothingLeft(watched: Watched, said: string, requests: number): Promise<void> {
  const { gateway, queue, temp, starts, secrets } = watched
  await expect.poll(() => queue.waiting).toBe(0) // who has left is seen a moment later
  expect(await watched.ordinary()).toBe('Fine.')
  await expect.poll(() => [queue.active, queue.waiting, watched.left()]).toEqual([0, 0, []])
  expect(await readdir(temp, { recursive: true })).toHaveLength(1)
  const lines = () => gateway.lines.filter(({ route }) => route === '/chat/completions')
  watched.counted += requests + 1
  await expect.poll(() => lines().length).toBe(watched.counted)
  await expect.poll(() => openFiles(gateway) - watched.files()).toBeLessThanOrEqual(0)
  const told = said + JSON.stringify(gateway.lines) + JSON.stringify(starts.map(({ argv }) => argv))
  for (const canary of [token, ...Object.values(canaries), ...secrets]) expect(told).not.toContain(canary)
  for (const canary of [token, canaries.prompt]) expect(JSON.stringify(starts)).not.toContain(canary)
  expect(gateway.lines.filter(({ msg }) => msg === 'failure')).toEqual([])
  expect(watched.complaints).toEqual([])
}

/** Descriptors of this process. No request is under way any more: the connections that are open are those that `fetch` keeps, some without ever having used them. */
function openFiles({ server }: Pick<Started, 'server'>): number {
  server.closeAllConnections()
  return countFiles()
}

export function countFiles(): number {
  return readdirSync('/proc/self/fd').length
}
