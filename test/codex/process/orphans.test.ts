import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { ownerVariable } from '../../../src/codex/process/isolation.ts'
import { reapOrphans } from '../../../src/codex/process/orphans.ts'
import { nameOf, processAt } from '../../../src/codex/process/processes.ts'
import { processesWith } from '../../support/processes.ts'

const dead = `${process.pid}.1`

/** A process that a gateway of this name might have left. */
function leftBy(owner: string, argv = ['sleep', '60']): ChildProcess {
  return spawn(argv[0]!, argv.slice(1), {
    env: { PATH: process.env['PATH'], [ownerVariable]: owner },
    stdio: ['ignore', 'pipe', 'ignore']
  })
}

async function killed(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

describe('what gateways left behind', () => {
  it('is ended where the gateway is dead, and only there', async () => {
    const [left, neighbour] = [leftBy(dead), leftBy(nameOf(processAt(process.pid)!))]
    const ended = once(left, 'exit')
    expect(await reapOrphans()).toBeGreaterThanOrEqual(1)
    expect(await ended).toEqual([null, 'SIGKILL'])
    expect(processAt(neighbour.pid!)).toBeDefined()
    await killed(neighbour)
  })

  it('is left alone in a container, whose gateway has a pid of its own', async () => {
    const inside = 'echo started; exec sleep 61.5'
    const container = leftBy('1.1', [
      'env',
      '-u',
      ownerVariable,
      'unshare',
      '--user',
      '--pid',
      '--fork',
      '--kill-child',
      'sh',
      '-c',
      `export ${ownerVariable}=1.1; ${inside}`
    ])
    await once(container.stdout!, 'data')
    await reapOrphans()
    expect(processesWith('sleep 61.5')).not.toEqual([])
    await killed(container)
  })
})
