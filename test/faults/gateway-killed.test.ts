import { readdir } from 'node:fs/promises'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import type { Means } from '../../src/codex/process/isolation.ts'
import { openFiles } from '../support/descriptors.ts'
import { startGuard } from '../support/guarded-turn.ts'
import { messyHome } from '../support/messy-turn.ts'
import { processesLeftWith, processesWith, signalled } from '../support/processes.ts'
import { daemons } from '../support/upstream/daemons.ts'
import { startKillableGuard } from './killable-guard.ts'

const sandboxes = ['read-only', 'workspace-write', 'danger-full-access'] as const

/** A script that leaves daemons and goes on. */
function script(): { script: string; canary: string } {
  const { command, canary } = daemons('plain', 'setsid', 'double fork', 'stubborn')
  return { canary, script: `${command}\necho sleep 1000\nexec sleep 1000` }
}

describe.each<Means>(['namespace', 'watchdog'])('a gateway with a %s that is killed', (means) => {
  it('leaves nothing of any turn in any sandbox, and the next one clears its folder', { timeout: 60_000 }, async () => {
    const messes = await Promise.all(
      sandboxes.map(async (sandbox) => ({ sandbox, ...(await messyHome(means, ['sleep 1000'])) }))
    )
    await using gateway = await startKillableGuard(means, messes)
    for (const { canary } of messes) expect(processesWith(canary)).not.toEqual([])
    await gateway.kill()
    for (const { canary, sandbox } of messes) expect(await processesLeftWith(canary), sandbox).toEqual([])
    expect(await readdir(gateway.temp)).toHaveLength(1)
    await (await startGuard({ temp: gateway.temp }))[Symbol.asyncDispose]()
    expect(await readdir(gateway.temp)).toEqual([])
    for (const one of messes) await one[Symbol.asyncDispose]()
  })
})

describe('a watchdog', () => {
  it('that is killed is replaced by one that knows the turns', async () => {
    const turn = script()
    await using gateway = await startKillableGuard('watchdog', [turn])
    const dogs = () => processesWith(`codex-gateway-watchdog ${gateway.pid}.`).map((line) => parseInt(line))
    const [killed] = dogs()
    process.kill(killed!, 'SIGKILL')
    await expect.poll(dogs).toEqual([expect.not.toSatisfy((pid) => pid === killed)])
    await gateway.kill()
    expect(await processesLeftWith(turn.canary)).toEqual([])
    await expect.poll(dogs).toEqual([])
  })

  it('that is killed while no descriptor is free is replaced as soon as one is', async () => {
    const turn = script()
    await using gateway = await startKillableGuard('watchdog', [turn])
    const dogs = () => processesWith(`codex-gateway-watchdog ${gateway.pid}.`).map((line) => parseInt(line))
    const allow = (files: number) => execa('prlimit', ['--pid', String(gateway.pid), `--nofile=${files}:1024`])
    await allow(openFiles(gateway.pid))
    process.kill(dogs()[0]!, 'SIGKILL')
    await expect.poll(dogs).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 300)) // it tries every 100 ms
    await allow(1_024)
    await expect.poll(dogs).toHaveLength(1)
    await gateway.kill()
    expect(await processesLeftWith(turn.canary)).toEqual([])
  })

  it('that is killed with its gateway leaves the rest to the next gateway, which touches no living one’s', async () => {
    const [turn, neighbours] = [script(), script()]
    await using neighbour = await startKillableGuard('watchdog', [neighbours])
    await using gateway = await startKillableGuard('watchdog', [turn])
    const before = processesWith(neighbours.canary)
    process.kill(gateway.pid, 'SIGSTOP') // so that it cannot replace its watchdog
    signalled(processesWith(`codex-gateway-watchdog ${gateway.pid}.`), 'SIGKILL')
    await gateway.kill()
    expect(processesWith(turn.canary)).not.toEqual([])
    await using next = await startGuard()
    expect(next.reaped).toBeGreaterThanOrEqual(processesWith(neighbours.canary).length)
    expect(processesWith(turn.canary)).toEqual([])
    expect(processesWith(neighbours.canary)).toEqual(before)
    await neighbour.kill()
    expect(await processesLeftWith(neighbours.canary)).toEqual([])
  })
})
