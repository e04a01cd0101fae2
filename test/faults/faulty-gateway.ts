import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createExecEngine } from '../../src/engines/exec/engine.ts'
import { limited } from '../../src/engines/limited.ts'
import { TurnQueue } from '../../src/engines/queue.ts'
import { timed } from '../../src/engines/timed.ts'
import { allRoutes } from '../../src/routes.ts'
import { post, started, token } from '../gateway/started.ts'
import { guardFor } from '../support/guarded-turn.ts'
import { turn } from '../support/scripted-codex/exec-steps.ts'
import { scriptedCodex } from '../support/scripted-codex/scripted-codex.ts'
import type { Step } from '../support/scripted-codex/step.ts'

/** What a fault may never bring to light, besides the token. */
export const canaries = { prompt: 'planted-prompt', key: 'sk-planted-provider-key', url: 'https://planted.example/v1' }

const body = (stream: boolean) => ({ model: 'gpt-5', stream, messages: [{ role: 'user', content: canaries.prompt }] })
export const chat = (url: string, stream = false, signal?: AbortSignal) => post(`${url}/v1/chat/completions`, body(stream), {}, signal)

/** The whole gateway with one slot and one place in line, over a codex that plays these runs and then ordinary ones. */
export async function startFaultyGateway(runs: Step[][], clocks = { total: 10_000, start: 10_000, idle: 10_000 }) {
  const codex = await scriptedCodex({ exec: [...runs, turn('Fine.')] })
  const temp = await mkdtemp(join(tmpdir(), 'faults-'))
  const guard = await guardFor({ means: 'watchdog', temp }) // in a namespace the script would record pids that mean nothing outside
  const queue = new TurnQueue({ concurrency: 1, queue: 1, patience: 10_000 })
  const exec = createExecEngine({
    binary: codex.path, env: { PATH: process.env['PATH'] ?? '', CODEX_API_KEY: canaries.key }, workspace: temp, guard, settings: { layers: { agent: [], bare: [] } }, profile: 'agent',
    ladder: [{ send: 'SIGINT', patience: 500 }, { send: 'SIGTERM', patience: 100 }], sandbox: 'read-only', addDirs: [], skipGitRepoCheck: true, lineLimit: 1_000_000
  })
  const engine = timed(limited(exec, queue), clocks)
  const gateway = await started({ engine, routes: allRoutes })
  const rejections: unknown[] = []
  const reject = (error: unknown) => void rejections.push(error)
  process.on('unhandledRejection', reject)
  /** An ordinary request works, and nothing is left of any before it. `said`: all that clients were told; `requests`: how many there were. */
  const expectNothingLeft = async (said: string, requests: number) => {
    expect(await (await chat(gateway.url)).json()).toMatchObject({ choices: [{ message: { content: 'Fine.' } }] })
    await expect.poll(() => [queue.active, queue.waiting, codex.alive().length]).toEqual([0, 0, 0])
    expect(await readdir(temp, { recursive: true })).toHaveLength(1)
    await expect.poll(() => gateway.lines.filter(({ route }) => route === '/chat/completions').length).toBe(requests + 1)
    const told = said + JSON.stringify(gateway.lines) + JSON.stringify(codex.runs().map(({ argv }) => argv))
    for (const canary of [token, ...Object.values(canaries)]) expect(told).not.toContain(canary)
    expect(rejections).toEqual([])
  }
  return {
    ...gateway, codex, queue, expectNothingLeft,
    async [Symbol.asyncDispose]() {
      process.off('unhandledRejection', reject)
      await gateway[Symbol.asyncDispose]()
      await engine[Symbol.asyncDispose]()
      await guard[Symbol.asyncDispose]()
      await codex[Symbol.asyncDispose]()
      await rm(temp, { recursive: true })
    }
  }
}
