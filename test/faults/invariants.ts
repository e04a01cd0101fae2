import { openTargets } from '../support/descriptors.ts'
import { readdir } from 'node:fs/promises'
import { expect } from 'vitest'
import { token } from '../app/start-gateway.ts'

/** What a fault may never bring to light, besides the token. */
export const canaries = { prompt: 'planted-prompt', key: 'sk-planted-provider-key', url: 'https://planted.example/v1' }

/** A process as the gateway started it. */
export interface Start {
  argv: readonly string[]
  env: Record<string, string>
}

/** What is looked at after a fault. */
export interface Watched {
  /** Lines of the log. */
  lines: readonly Record<string, unknown>[]
  /** Turns that hold a slot, and that wait for one. */
  turns: () => Promise<{ active: number; waiting: number }>
  /** Where the guard keeps its folder for temporary files. */
  temp: string
  starts: () => readonly Start[]
  /** Processes that belong to turns. */
  left: () => unknown[]
  /** Descriptors that are open and should not be. */
  files: () => number
  /** Rejections that nobody handled, and warnings. */
  complaints: () => unknown
  /** More that must not be told. */
  secrets: readonly string[]
  /** What an ordinary request is answered. */
  ordinary: () => Promise<string>
  /** Whether the gateway itself has ended, so that nothing more can be asked of it. */
  over?: () => boolean
}

/** Looks whether nothing is left. `said`: all that clients were told; `requests`: how many there were since it last looked, its own not counted. */
export type ExpectNothingLeft = (said: string, requests: number | (() => number)) => Promise<void>

/** The invariants I1 to I9 but for memory and pace: an ordinary request works, and nothing is left of any before it, nor is anything told. */
export function watching(watched: Watched): ExpectNothingLeft {
  const { lines, temp, over = () => false } = watched
  const answered = () => lines.filter(({ method }) => method === 'POST').length
  let counted = answered()
  return async (said, requests) => {
    const own = over() ? 0 : 1
    if (!over()) await expectService(watched)
    await expect.poll(watched.left).toEqual([])
    expect(await readdir(temp, { recursive: true }).catch(() => [])).toHaveLength(over() ? 0 : 1)
    const asked = () => own + (typeof requests === 'number' ? requests : requests())
    await expect.poll(() => answered() - counted - asked()).toBe(0)
    counted = answered()
    expectSecrecy(watched, said)
    expect(lines.filter(({ msg }) => msg === 'failure')).toEqual([])
    expect(watched.complaints()).toEqual([])
  }
}

async function expectService({ turns, ordinary, files }: Watched): Promise<void> {
  await expect.poll(async () => (await turns()).waiting).toBe(0) // who has left is seen a moment later
  expect(await ordinary()).toBe('Fine.')
  await expect.poll(turns).toEqual({ active: 0, waiting: 0 })
  await expect.poll(files).toBeLessThanOrEqual(0).catch(withOpenFiles)
}

/** A count alone would not say what is open. */
function withOpenFiles(cause: unknown): never {
  throw new Error(`These are open:\n${openTargets('self').join('\n')}`, { cause })
}

function expectSecrecy({ lines, starts, secrets }: Watched, said: string): void {
  const told = said + JSON.stringify(lines) + JSON.stringify(starts().map(({ argv }) => argv))
  for (const canary of [token, ...Object.values(canaries), ...secrets]) expect(told).not.toContain(canary)
  for (const canary of [token, canaries.prompt]) expect(JSON.stringify(starts())).not.toContain(canary)
}
