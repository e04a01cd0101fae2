import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { capabilitiesOf, testedVersion } from '../../../src/codex/binary/capabilities.ts'
import { catalogOf } from '../../../src/codex/binary/catalog.ts'
import { childEnvironment } from '../../../src/codex/home/environment.ts'
import { locateCodex } from '../../../src/codex/binary/locate.ts'

const shim = resolve('node_modules/@openai/codex/bin/codex.js')
const native = /@openai\/codex-[^/]+\/vendor\/[^/]+\/bin\/codex$/

let base: string
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'locate-'))
})
afterEach(() => rm(base, { recursive: true }))

async function script(path: string, text: string): Promise<string> {
  await writeFile(path, text)
  await chmod(path, 0o755)
  return path
}

describe('finding codex', () => {
  it('resolves the Node script on PATH to the native binary behind it', async () => {
    await symlink(shim, join(base, 'codex'))
    expect(await locateCodex(undefined, `/nowhere:${base}`)).toEqual({
      path: expect.stringMatching(native) as string,
      source: 'PATH'
    })
  })

  it('takes the bundled package when nothing is on PATH, and CODEX_BIN before both', async () => {
    expect((await locateCodex(undefined, base)).source).toBe('bundled')
    const own = await script(join(base, 'mine'), '#!/bin/sh\n')
    expect(await locateCodex(own, base)).toEqual({ path: own, source: 'CODEX_BIN' })
    expect((await locateCodex(shim, base)).path).toMatch(native)
  })

  it('says which setting names something that cannot run', async () => {
    await mkdir(join(base, 'folder'))
    await expect(locateCodex(join(base, 'gone'))).rejects.toThrow(/CODEX_BIN/)
    await expect(locateCodex(join(base, 'folder'))).rejects.toThrow(/CODEX_BIN/)
  })
})

describe('asking codex what it supports', () => {
  it('hears version, flags, features and models from the real one', async () => {
    const { path } = await locateCodex(undefined, '')
    const env = childEnvironment({ PATH: '/usr/bin:/bin' }, { home: base, codexHome: `${base}/.codex` })
    await mkdir(join(base, '.codex'))
    const [capabilities, models] = await Promise.all([capabilitiesOf(path, env), catalogOf(path, env)])
    expect(capabilities).toMatchObject({ version: testedVersion, warnings: [] })
    expect(capabilities.flags).toContain('--ephemeral')
    expect(capabilities.features).toContain('shell_tool')
    expect(models.find(({ isDefault }) => isDefault)).toEqual({
      id: 'gpt-6.1-sol',
      isDefault: true,
      efforts: ['low', 'medium', 'high', 'xhigh', 'max', 'ultra']
    })
    expect(models.filter(({ hidden }) => hidden).length).toBeGreaterThan(0)
  })

  it('asks nothing of a binary that answers nothing', async () => {
    const mute = await script(join(base, 'mute'), '#!/bin/sh\nexit 3\n')
    const { warnings, ...known } = await capabilitiesOf(mute, {})
    expect(known).toEqual({})
    expect(warnings).toHaveLength(1)
    expect(await catalogOf(mute, {})).toEqual([])
  })

  it('warns of a version that was not tested', async () => {
    const old = await script(join(base, 'old'), '#!/bin/sh\necho codex-cli 0.99.1\n')
    expect((await capabilitiesOf(old, {})).warnings[0]).toMatch(/0\.99\.1/)
  })
})

describe('the environment of the child', () => {
  it('is an allow-list with a home of its own', () => {
    const outer = {
      PATH: '/bin',
      LC_ALL: 'C',
      CODEX_HOME: '/other',
      HOME: '/root',
      CODEX_GATEWAY_TOKEN: 't',
      NODE_OPTIONS: '-r x',
      LD_PRELOAD: 'x',
      GIT_DIR: 'x'
    }
    expect(childEnvironment(outer, { home: '/home', codexHome: '/home/.codex', apiKey: 'key' })).toEqual({
      PATH: '/bin',
      LC_ALL: 'C',
      HOME: '/home',
      CODEX_HOME: '/home/.codex',
      CODEX_API_KEY: 'key'
    })
  })

  it('keeps loopback from a proxy', () => {
    const { NO_PROXY, no_proxy } = childEnvironment(
      { https_proxy: 'http://proxy:3128', no_proxy: 'intranet, localhost' },
      { home: '/home', codexHome: '/home/.codex' }
    )
    expect(NO_PROXY).toBe('intranet,localhost,127.0.0.1,127.0.0.0/8,::1')
    expect(no_proxy).toBe(NO_PROXY)
  })
})
