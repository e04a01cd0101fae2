import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { coverOf, foldersOf } from '../../../src/codex/home/covers.ts'
import type { Places } from '../../../src/codex/home/covers.ts'

let base: string
const at = (...names: string[]) => join(base, ...names)
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'covers-')))
  for (const name of ['app/codex/bin', 'app/workspace/own', 'conf/v1', 'bin'])
    await mkdir(at(name), { recursive: true })
})
afterEach(() => rm(base, { recursive: true, force: true }))

const places = (): Places => ({
  program: at('app', 'codex'),
  codex: [at('home', '.codex')],
  work: [at('app', 'workspace')],
  searched: [at('bin')]
})

async function write(...names: string[]): Promise<string> {
  await writeFile(at(...names), 'secret')
  return at(...names)
}

describe('the cover of a secret file', () => {
  it('is its folder, and nothing where there is no file', async () => {
    const file = await write('conf', 'tokens')
    for (const hider of ['namespace', 'profile'] as const)
      expect(coverOf(file, places(), hider)).toEqual({ hidden: [at('conf')], open: [] })
    expect(coverOf(at('conf', 'none'), places(), 'profile')).toEqual({ hidden: [], open: [] })
  })

  it('is every folder in which a name on the way to it could be replaced', async () => {
    await write('conf', 'v1', 'tokens')
    await symlink('v1', at('conf', '..data')) // as Kubernetes mounts secrets
    await symlink(join('..data', 'tokens'), at('conf', 'tokens'))
    await symlink(at('conf', 'tokens'), at('app', 'tokens'))
    expect(foldersOf(at('app', 'tokens'))).toEqual([at('app'), at('conf'), at('conf', 'v1')])
  })

  it('is a folder that holds needed ones only where those can be shown in it', async () => {
    const file = await write('app', '.env')
    expect(coverOf(file, places(), 'namespace')).toEqual({ hidden: [at('app')], open: [] })
    expect(coverOf(file, places(), 'profile')).toEqual({ hidden: [file], open: [{ folder: at('app'), holds: 'work' }] })
    expect(coverOf(file, { ...places(), work: [] }, 'profile').open).toEqual([{ folder: at('app'), holds: 'codex' }])
  })

  it('is the file alone, with the reason, where its folder is needed itself', async () => {
    const cases = [
      { file: await write('app', 'workspace', '.env'), holds: 'work' },
      { file: await write('bin', 'tokens'), holds: 'work' },
      { file: await write('app', 'codex', 'tokens'), holds: 'codex' }
    ]
    for (const { file, holds } of cases)
      for (const hider of ['namespace', 'profile'] as const)
        expect(coverOf(file, places(), hider)).toEqual({ hidden: [file], open: [{ folder: join(file, '..'), holds }] })
    expect(coverOf('/etc/hostname', places(), 'namespace').open).toEqual([{ folder: '/etc', holds: 'system' }])
    const inside = await write('app', 'workspace', 'own', 'tokens')
    expect(coverOf(inside, places(), 'profile')).toEqual({ hidden: [at('app', 'workspace', 'own')], open: [] })
  })
})
