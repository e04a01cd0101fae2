import { describe, expect, it } from 'vitest'
import type { Means } from '../../../src/codex/process/isolation.ts'
import { readUntil } from '../../support/guarded-turn.ts'
import { startMessyTurn } from '../../support/messy-turn.ts'
import { processesWith } from '../../support/processes.ts'

const sandboxes = ['read-only', 'workspace-write', 'danger-full-access'] as const
const everyMeans: Means[] = ['namespace', 'watchdog']
const cases = everyMeans.flatMap((means) => sandboxes.map((sandbox) => ({ means, sandbox })))

describe.each(cases)('a turn kept together by a $means, $sandbox', ({ means, sandbox }) => {
  it('leaves nothing when it ends well', async () => {
    await using turn = await startMessyTurn(means, sandbox)
    expect(turn.guard.means).toBe(means)
    expect(await readUntil(turn.child, 'turn.completed')).toContain('all are left')
    const ended = await turn.child.finish(200)
    expect(processesWith(turn.canary)).toEqual([])
    expect(turn.guard.reaped).toBeGreaterThanOrEqual(ended) // it may have found what other tests' gateways left
    if (sandbox === 'danger-full-access' && means === 'watchdog') expect(ended).toBeGreaterThan(0) // a namespace that codex leaves first ends without being counted
  })

  it('leaves nothing when it is stopped in the middle of a command', async () => {
    await using turn = await startMessyTurn(means, sandbox, [`sleep ${1e9}`])
    await readUntil(turn.child, 'sleep 1000000000')
    expect(processesWith(turn.canary)).not.toEqual([])
    await turn.child.stop()
    expect(processesWith(turn.canary)).toEqual([])
  })
})
