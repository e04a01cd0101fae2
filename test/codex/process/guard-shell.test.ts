import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Means } from '../../../src/codex/process/isolation.ts'
import type { Guard, GuardedOptions, Rung } from '../../../src/codex/process/guard.ts'
import { startGuard, readUntil } from '../../support/guarded-turn.ts'
import { processesWith } from '../../support/processes.ts'
import { daemons } from '../../support/upstream/daemons.ts'

const hasty: Rung[] = [
  { send: 'SIGINT', patience: 50 },
  { send: 'SIGTERM', patience: 50 }
]

/** A shell script in place of codex, which has said `ready`. */
async function startScript(
  guard: Guard,
  script: string,
  env: Record<string, string> = {},
  view: Pick<GuardedOptions, 'folder' | 'hidden'> = {}
) {
  const child = guard.start('/bin/sh', ['-c', script], { env: { PATH: '/usr/bin:/bin', ...env }, cwd: '/', ...view })
  const said = await readUntil(child, 'ready')
  return { child, said }
}

const sleepers = (canary: string) => processesWith(canary).filter((line) => /^\d+ sleep/.test(line))

describe.each<Means>(['namespace', 'watchdog'])('what a %s keeps together', (means) => {
  it('is ended while it forks and ignores every signal', async () => {
    await using guard = await startGuard({ means })
    const { canary } = daemons()
    const { child } = await startScript(
      guard,
      `trap '' INT TERM HUP; echo ready; while :; do setsid sleep ${canary} & sleep 0.02; done`
    )
    await expect.poll(() => processesWith(`sleep ${canary}`).length).toBeGreaterThan(5)
    const asked = performance.now()
    await child.stop(hasty)
    expect(processesWith(canary)).toEqual([])
    expect(performance.now() - asked).toBeLessThan(3_000)
    expect(guard.reaped).toBe(0)
  })

  it('is interrupted first, and may end in order', async () => {
    await using guard = await startGuard({ means })
    const { child } = await startScript(guard, `trap 'exit 7' INT; echo ready; sleep 30 & wait`)
    await child.stop()
    expect(await child.exited).toMatchObject({ code: 7 })
  })

  it('is not mixed up with another turn of the same gateway', async () => {
    await using guard = await startGuard({ means })
    const [one, other] = [daemons('plain', 'setsid'), daemons('plain', 'setsid')]
    const first = await startScript(guard, `${one.command}; echo ready; sleep 1000`)
    const second = await startScript(guard, `${other.command}; echo ready; sleep 1000`)
    const before = sleepers(other.canary)
    await first.child.stop(hasty)
    expect([processesWith(one.canary), sleepers(other.canary)]).toEqual([[], before])
    await second.child.stop(hasty)
    expect(processesWith(other.canary)).toEqual([])
  })

  it('loses what one of its turns left behind, and no other’s', async () => {
    await using guard = await startGuard({ means })
    const [over, running] = [daemons('setsid', 'double fork'), daemons('setsid')]
    const { child } = await startScript(
      guard,
      `(export CODEX_GATEWAY_TURN=over\n${over.command})\n(export CODEX_GATEWAY_TURN=running\n${running.command})\necho ready; sleep 1000`
    )
    expect(await child.clear('over')).toBe(2)
    expect(sleepers(over.canary)).toEqual([])
    expect(sleepers(running.canary)).toHaveLength(1)
    await child.stop(hasty)
    expect(processesWith(running.canary)).toEqual([])
  })

  it('is gone when codex exits, though a grandchild holds its output', async () => {
    await using guard = await startGuard({ means })
    const { canary } = daemons()
    const child = guard.start('/bin/sh', ['-c', `setsid sleep ${canary} & echo ready`], {
      env: { PATH: '/usr/bin:/bin' },
      cwd: '/'
    })
    expect(await readUntil(child, 'never said')).toContain('ready')
    await child.finish()
    expect(processesWith(canary)).toEqual([])
  })
})

describe('a namespace', () => {
  it('hides files and the folders of other turns, even where commands may do anything', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hidden-'))
    const [secret, secrets] = [join(folder, '.env'), join(folder, 'secrets')]
    await writeFile(secret, 'SECRET=planted')
    await using guard = await startGuard({ means: 'namespace' })
    await using own = await guard.folder()
    await using other = await guard.folder()
    for (const { path } of [own, other]) await writeFile(join(path, 'image'), `of ${path}`)
    const { said } = await startScript(
      guard,
      `cat ${secret}; cat ${own.path}/* ${other.path}/*; echo x > ${own.path}/y; ls ${secrets}; echo ready`,
      {},
      { folder: own.path, hidden: [secret, secrets] }
    )
    expect(said).toContain(`of ${own.path}`)
    expect(said).not.toMatch(/planted/)
    expect(said).not.toContain(`of ${other.path}`)
    await expect(stat(join(own.path, 'y'))).resolves.toBeDefined()
    await expect(stat(secrets)).rejects.toThrow('ENOENT')
    await rm(folder, { recursive: true })
  })

  it('shows its commands no process but their own', async () => {
    await using guard = await startGuard({ means: 'namespace' })
    const { said } = await startScript(
      guard,
      `cat /proc/[0-9]*/environ | tr '\\0' '\\n'; echo /proc/[0-9]*; echo ready`,
      { OWN: 'turn' }
    )
    expect(said).toContain('OWN=turn')
    expect(said).not.toContain('VITEST')
    expect(said.match(/\/proc\/\d+/g)!.length).toBeLessThan(6)
  })

  it('says like any other when there is nothing to start', async () => {
    await using guard = await startGuard({ means: 'namespace' })
    expect(() => guard.start('/nowhere/codex', [], { env: {}, cwd: '/' })).toThrow('could not be started')
  })
})
