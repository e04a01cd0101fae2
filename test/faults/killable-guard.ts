import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Means } from '../../src/codex/process/isolation.ts'
import { codexBinary } from '../support/upstream/codex-home.ts'
import type { GuardProgram, GuardedWork } from './guard-program.ts'

export interface KillableGuard extends AsyncDisposable {
  readonly pid: number
  /** Where it keeps temporary files. */
  readonly temp: string
  /** SIGKILL. Resolves when the gateway has ended. */
  kill(): Promise<void>
}

const loader = join(import.meta.dirname, '../support/typescript.mjs')
const program = join(import.meta.dirname, 'guard-program.ts')

/** A gateway that is a process of its own and runs these turns, none of which ends. Resolves when all have come to their last command. */
export async function startKillableGuard(means: Means, turns: GuardedWork[]): Promise<KillableGuard> {
  const temp = await mkdtemp(join(tmpdir(), 'killed-'))
  const told: GuardProgram = { watch: { binary: codexBinary, temp, means }, turns }
  const gateway = spawn(process.execPath, ['--import', loader, program, JSON.stringify(told)], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const ended = once(gateway, 'exit')
  const kill = async () => {
    gateway.kill('SIGKILL')
    await ended
  }
  const said = await linesOf(gateway.stdout, turns.length)
  if (said.some((line) => line !== 'started')) throw new Error(said.join('\n'))
  return {
    pid: gateway.pid!,
    temp,
    kill,
    async [Symbol.asyncDispose]() {
      await kill()
      await rm(temp, { recursive: true })
    }
  }
}

async function linesOf(stream: NodeJS.ReadableStream, count: number): Promise<string[]> {
  let text = ''
  for await (const chunk of stream) {
    text += String(chunk)
    if (text.split('\n').length > count) break
  }
  return text.trimEnd().split('\n')
}
