import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readinessOf } from '../../src/app/readiness.ts'

let base: string
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'readiness-'))
})
afterEach(() => rm(base, { recursive: true }))

describe('readiness', () => {
  it('follows what is there now: the binary, the home, the login', async () => {
    const path = join(base, 'codex')
    let login: 'key' | 'none' = 'none'
    const readiness = readinessOf({ binary: path, codexHome: join(base, '.codex'), login: async () => login })
    const ready = async () => Object.fromEntries((await readiness()).map(({ name, ok }) => [name, ok]))
    expect(await ready()).toEqual({ binary: false, home: false, login: false })
    await writeFile(path, '')
    await chmod(path, 0o755)
    await mkdir(join(base, '.codex'))
    login = 'key'
    expect(await ready()).toEqual({ binary: true, home: true, login: true })
  })

  it('reveals no path without a token', async () => {
    const readiness = readinessOf({
      binary: join(base, 'codex'),
      codexHome: base,
      login: async () => 'none'
    })
    const text = JSON.stringify(await readiness())
    expect(text).toContain('Run `codex login`')
    expect(text).not.toContain(base)
  })
})
