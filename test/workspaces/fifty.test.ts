import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { defaultWorkspace, managedDefaults } from '../../src/app/definitions.ts'
import { configFrom } from '../../src/config/config.ts'
import { createWorkspaceRegistry } from '../../src/workspaces/registry.ts'
import { startGuard } from '../support/guarded-turn.ts'
import { processesWith } from '../support/processes.ts'

/** What codex is here: a shell that shakes hands as app-server does, and ends with its stdin. */
const standIn = `#!/bin/sh
[ "$1" = app-server ] || exit 1
read -r line
echo '{"id":1,"result":{"userAgent":"stand-in"}}'
while read -r line; do :; done
`
const bound = 20

it('of fifty workspaces that are used at once no more run than may, and none is left when they are idle', async () => {
  const base = await mkdtemp(join(tmpdir(), 'fifty-'))
  const at = (...parts: string[]) => join(base, ...parts)
  await writeFile(at('codex'), standIn, { mode: 0o755 })
  const config = configFrom({ CODEX_WORKSPACE: base, CODEX_CLI_HOME: at('home'), CODEX_API_KEY: 'key' })
  await using guard = await startGuard({ means: 'watchdog' })
  {
    await using registry = await createWorkspaceRegistry({
      binary: { path: at('codex'), source: 'CODEX_BIN' },
      definitions: [defaultWorkspace(config, {})],
      managed: { folder: at('managed'), max: 50, isNamed: () => true, defaults: managedDefaults(config, {}) },
      ...{ guard, outer: {}, secretFiles: [], roots: [at('managed')], lineLimit: 65_536, idleMs: 100 },
      appServers: { max: bound, patienceMs: 30_000 },
      threads: { count: 1, bytes: 1, ttlMs: 1_000 }
    })
    const running = () => processesWith(at('codex')).filter((line) => line.includes('app-server')).length
    const ids = Array.from({ length: 50 }, (_, index) => `team-${index}`)
    const counts: number[] = []
    await Promise.all(
      ids.map(async (id, index) => {
        const { homes } = await registry.get(id)
        using _lease = await homes.ephemeral.appServer.lease()
        expect(registry.stateOf(id)).toBe('running')
        if (index % 5 === 0) counts.push(running())
      })
    )
    expect(counts.filter((count) => count > bound)).toEqual([])
    await expect.poll(running).toBe(0)
    await expect.poll(() => new Set(ids.map((id) => registry.stateOf(id)))).toEqual(new Set(['stopped']))
  }
  await rm(base, { recursive: true })
})
