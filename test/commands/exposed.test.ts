import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { userFinding } from '../../src/commands/checks/codex.ts'
import { exposed } from '../../src/commands/checks/exposed.ts'
import { defaultWorkspace } from '../../src/app/definitions.ts'
import { configFrom } from '../../src/config/config.ts'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'exposed-')))
  await mkdir(join(folder, 'workspace', 'sub'), { recursive: true })
  await mkdir(join(folder, 'bin'))
  await symlink(join(folder, 'workspace', 'sub'), join(folder, 'link'))
  await symlink(join(folder, 'bin'), join(folder, 'workspace', 'tools'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const of = (
  settings: Record<string, string>,
  { home = 'home', binary = 'bin/codex', path = '/usr/bin', ...more } = {}
) => {
  const places = { CODEX_WORKSPACE: join(folder, 'workspace'), CODEX_CLI_HOME: join(folder, home) }
  const config = configFrom({ CODEX_SANDBOX: 'workspace-write', ...places, ...settings })
  const workspace = { ...defaultWorkspace(config, {}), ...more }
  const lines = exposed({ config, workspace, binary: { path: join(folder, binary) }, searchPath: path })
  return lines.map((line) => line.replaceAll(folder, ''))
}

it('nothing is exposed by a workspace of its own', () => {
  expect(of({})).toEqual([])
  expect(of({}, { home: 'workspace2', binary: 'workspace.bin/codex' })).toEqual([])
})

it.each<[string, Parameters<typeof of>[1]]>([
  ['the gateway’s home: /workspace/home', { home: 'workspace/home' }],
  ['the gateway’s home: /workspace', { home: 'workspace' }],
  ['the codex binary: /workspace/bin/codex', { binary: 'workspace/bin/codex' }],
  ['the codex binary: /link/codex', { binary: 'link/codex' }],
  ['the codex binary: /workspace/tools', { binary: 'workspace/tools' }]
])('what commands could replace is named: %s', (what, at) => {
  expect(of({}, at)).toEqual([`/workspace is writable for commands and holds ${what}`])
})

it('folders of PATH count, by links, by .. and before they are there', () => {
  const paths = ['link', 'workspace/tools', 'bin/../workspace/none'].map((path) => `${folder}/${path}`)
  expect(of({}, { path: ['/usr/bin', ...paths].join(':') })).toEqual(
    ['/link', '/workspace/tools', '/bin/../workspace/none'].map(
      (path) => `/workspace is writable for commands and holds a folder of PATH: ${path}`
    )
  )
})

it('more folders count, and an alias that may write, but neither reading nor full access', () => {
  expect(of({ CODEX_ADD_DIRS: join(folder, 'bin', '..', 'bin') })).toHaveLength(1)
  expect(of({ CODEX_ADD_DIRS: dirname(process.execPath) })[0]).toContain('holds Node.js')
  expect(of({ CODEX_ADD_DIRS: join(import.meta.dirname, '..', '..') }).join()).toContain('holds the gateway itself')
  expect(of({ CODEX_ADD_DIRS: join(import.meta.dirname, '..', '..', 'node_modules', 'koa') }).join()).toContain(
    'a part of'
  )
  const home = { home: 'workspace' }
  const aliases = JSON.stringify({ writer: { sandbox: 'workspace-write' } })
  expect(of({ CODEX_SANDBOX: 'read-only' }, home)).toEqual([])
  expect(of({ CODEX_SANDBOX: 'read-only', CODEX_MODEL_ALIASES: aliases }, home)).toHaveLength(1)
  expect(of({ CODEX_SANDBOX: 'danger-full-access' }, home)).toEqual([])
})

it('root under a sandbox is wrong where it can write to /proc/sys, else doubtful; another user, or full access by choice, is neither', () => {
  const watchdog = { means: 'watchdog' } as const
  expect(userFinding({ CODEX_SANDBOX: 'read-only' }, watchdog, 0).verdict).toBe('fail')
  expect(userFinding({ CODEX_SANDBOX: 'read-only' }, { means: 'namespace' }, 0).verdict).toBe('warn')
  expect(userFinding({ CODEX_SANDBOX: 'read-only' }, watchdog, 1_000).verdict).toBe('pass')
  expect(userFinding({ CODEX_SANDBOX: 'danger-full-access' }, watchdog, 0).verdict).toBe('pass')
})
