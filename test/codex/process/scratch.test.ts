import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clearScratch, scratchBase, scratchIn } from '../../../src/codex/process/scratch.ts'

let temp: string
beforeEach(async () => {
  temp = await mkdtemp(join(tmpdir(), 'scratch-'))
})
afterEach(() => rm(temp, { recursive: true }))

describe('the folder for temporary files', () => {
  it('is 0700 and gone, with all in it, when its turn is over', async () => {
    await using base = await scratchBase(temp, '12.345')
    {
      await using folder = await scratchIn(base.path)
      await writeFile(join(folder.path, 'image-1.png'), 'x', { mode: 0o600, flag: 'wx' })
      for (const path of [base.path, folder.path]) expect(((await stat(path)).mode & 0o777).toString(8)).toBe('700')
    }
    expect(await readdir(base.path)).toEqual([])
  })

  it('of a gateway that is dead is removed by the next one, a living one’s and a stranger’s are not', async () => {
    const dead = await scratchBase(temp, '12.345')
    await writeFile(join(dead.path, 'left'), 'x')
    const living = await scratchBase(temp, '67.890')
    await mkdir(join(temp, 'codex-gateway-of-somebody'))
    await symlink('/etc', join(temp, 'codex-gateway-12.345-aaaaaa'))
    await clearScratch(temp, new Set(['67.890']))
    expect((await readdir(temp)).sort()).toEqual(
      ['codex-gateway-12.345-aaaaaa', 'codex-gateway-of-somebody', living.path.slice(temp.length + 1)].sort()
    )
    expect(await readdir('/etc')).not.toEqual([])
  })
})
