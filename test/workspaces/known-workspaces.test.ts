import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultWorkspace, managedDefaults } from '../../src/app/definitions.ts'
import { configFrom } from '../../src/config/config.ts'
import { KnownWorkspaces } from '../../src/workspaces/known-workspaces.ts'
import type { KnownOptions } from '../../src/workspaces/known-workspaces.ts'
import type { WorkspaceDefinition } from '../../src/workspaces/definition.ts'

const config = configFrom({})

describe('the workspaces that there are', () => {
  let base: string
  beforeEach(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), 'known-')))
    for (const name of ['ada', 'bob', 'eve']) await mkdir(join(base, 'folders', name), { recursive: true })
  })
  afterEach(() => rm(base, { recursive: true }))

  const at = (...parts: string[]) => join(base, ...parts)
  const define = (id: string, more: Partial<WorkspaceDefinition> = {}): WorkspaceDefinition => ({
    ...defaultWorkspace(config, {}),
    ...{ id, folder: at('folders', id), home: at('homes', id), loginFrom: [], ...more }
  })
  async function known({
    named = [],
    max = 2,
    ...options
  }: { named?: string[]; max?: number } & Partial<KnownOptions> = {}) {
    const managed = { folder: at('managed'), max, isNamed: (id: string) => named.includes(id) }
    const all = new KnownWorkspaces({
      secretFiles: [],
      roots: [at('homes'), at('managed')],
      hidesRoots: true,
      managed: { ...managed, defaults: managedDefaults(config, {}) },
      ...options
    })
    await all.replace([define('ada'), define('bob')])
    return all
  }
  const hiddenFrom = async (all: KnownWorkspaces, id: string) => {
    const { secrets } = await all.find(id)
    return () => [...secrets.folders].map((path) => path.replace(base, '')).sort()
  }

  it('hide from each other, as they come and go, what is not hidden with the folders of all homes', async () => {
    const all = await known()
    const hidden = await hiddenFrom(all, 'ada')
    const own = ['/homes/ada/.codex-remote', '/homes/ada/.codex-threads', '/homes/ada/gateway', '/homes', '/managed']
    expect(hidden()).toEqual([...own, '/folders/bob'].sort())
    await all.replace([define('ada'), define('eve')])
    expect(hidden()).toEqual([...own, '/folders/eve'].sort())
  })

  it('hide them by name where a folder cannot be hidden but for one part', async () => {
    const all = await known({ hidesRoots: false, named: ['team'] })
    const hidden = await hiddenFrom(all, 'ada')
    await all.find('team')
    const own = ['/homes/ada/.codex-remote', '/homes/ada/.codex-threads', '/homes/ada/gateway']
    const others = ['/folders/bob', '/homes/bob', '/managed/team/folder', '/managed/team/home']
    expect(hidden()).toEqual([...own, ...others].sort())
    expect((await hiddenFrom(all, 'team'))()).toContain('/folders/ada')
  })

  it('let the first turn of a new one wait for those from which it is not hidden', async () => {
    const all = await known({ named: ['team'] })
    using _running = await (await all.find('ada')).activity.enter()
    using _managed = await (await all.find('team')).activity.enter() // lies in a folder that is hidden anyway
    await all.replace([define('ada'), define('bob'), define('eve')])
    using _again = await (await all.find('ada')).activity.enter()
    const eve = await all.find('eve')
    await expect(eve.activity.enter(AbortSignal.timeout(20))).rejects.toThrow('timeout')
  })

  it('are changed all or not at all', async () => {
    const all = await known()
    const before = [...all.definitions]
    const wrong: [WorkspaceDefinition, ...WorkspaceDefinition[]][] = [
      [define('ada', { sandbox: 'workspace-write' }), define('eve', { folder: at('nowhere') })],
      [define('ada'), define('ada')],
      [define('ada'), define('eve', { home: at('homes', 'ada') })]
    ]
    for (const definitions of wrong)
      await expect(all.replace(definitions)).rejects.toMatchObject({ code: 'engine_stopped' })
    expect(all.definitions).toEqual(before)
    expect((await all.find('ada')).located.definition).toEqual(before[0])
    await expect(all.find('eve')).rejects.toMatchObject({ code: 'workspace_not_found' })
  })

  it('say which of them are gone or other than before', async () => {
    const all = await known()
    expect(await all.replace([define('bob'), define('ada')])).toEqual([])
    expect(await all.replace([define('bob', { model: 'other' }), define('eve')])).toEqual(['ada', 'bob', 'eve'])
    await expect(all.find('ada')).rejects.toMatchObject({ code: 'workspace_not_found' })
  })

  it('are made where a token names them, and only so many', async () => {
    const all = await known({ named: ['team', 'other', 'third', '..', 'a/b'] })
    for (const id of ['stranger', '..', 'a/b'])
      await expect(all.find(id)).rejects.toMatchObject({ code: 'workspace_not_found' })
    const made = await Promise.all(
      ['team', 'other', 'third'].map((id) => all.find(id).catch((error: Error) => error.message))
    )
    expect(made.at(-1)).toBe('No more workspaces can be made. The operator can raise CODEX_MAX_WORKSPACES.')
    expect(await readdir(at('managed'))).toEqual(['other', 'team'])
    expect(await readdir(at('managed', 'team'))).toEqual(['folder', 'home'])
    const again = await known({ named: ['team', 'third'] })
    expect((await again.find('team')).located.folder).toBe(at('managed', 'team', 'folder'))
    await expect(again.find('third')).rejects.toMatchObject({ code: 'overloaded' }) // those of before count
  })

  it('are the defined ones where a managed one has the same id', async () => {
    const all = await known({ named: ['eve'] })
    expect((await all.find('eve')).located.folder).toBe(at('managed', 'eve', 'folder'))
    await all.replace([define('ada'), define('eve')])
    expect((await all.find('eve')).located.folder).toBe(at('folders', 'eve'))
    await all.replace([define('ada')])
    expect((await all.find('eve')).located.folder).toBe(at('managed', 'eve', 'folder'))
  })
})
