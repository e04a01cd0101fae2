import { describe, expect, it } from 'vitest'
import { narrowed } from '../../src/access/narrowing.ts'
import type { OfferedWorkspace } from '../../src/access/workspaces.ts'
import type { SandboxMode } from '../../src/turn/request.ts'

const workspace = (sandbox: SandboxMode, widestSandbox?: SandboxMode): OfferedWorkspace => ({
  id: 'ada',
  sandbox,
  widestSandbox
})

describe('the sandbox of a turn', () => {
  it.each<[asked: string | undefined, usual: SandboxMode | undefined, at: OfferedWorkspace, SandboxMode | undefined]>([
    [undefined, undefined, workspace('workspace-write'), undefined],
    ['read-only', undefined, workspace('workspace-write'), 'read-only'],
    ['workspace-write', undefined, workspace('danger-full-access'), 'workspace-write'],
    [undefined, 'workspace-write', workspace('read-only'), 'workspace-write'], // the operator's alias, for all workspaces
    [undefined, 'workspace-write', workspace('read-only', 'read-only'), 'read-only'],
    [undefined, 'read-only', workspace('workspace-write', 'workspace-write'), 'read-only'],
    ['workspace-write', 'workspace-write', workspace('read-only'), 'workspace-write']
  ])('asked for as %s, by its model %s, in %j: %s', (sandbox, usual, at, expected) => {
    expect(narrowed({ sandbox }, usual, at).sandbox).toBe(expected)
  })

  it.each<[asked: string, usual: SandboxMode | undefined, at: OfferedWorkspace, allowed: string]>([
    ['workspace-write', undefined, workspace('read-only'), "'read-only'"],
    ['danger-full-access', undefined, workspace('workspace-write'), "'read-only', 'workspace-write'"],
    ['workspace-write', 'read-only', workspace('workspace-write'), "'read-only'"],
    ['workspace-write', 'workspace-write', workspace('workspace-write', 'read-only'), "'read-only'"],
    ['', undefined, workspace('workspace-write'), "'read-only', 'workspace-write'"],
    ['read-only, danger-full-access', undefined, workspace('workspace-write'), "'read-only', 'workspace-write'"]
  ])('is never wider: %s, by its model %s, in %j', (sandbox, usual, at, allowed) => {
    expect(() => narrowed({ sandbox }, usual, at)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        param: 'x-codex-sandbox',
        message: `Invalid value for 'x-codex-sandbox': supported values are ${allowed}.`
      })
    )
  })
})

describe('the folder of a turn', () => {
  const folderOf = (folder: string) => narrowed({ folder }, undefined, workspace('read-only')).folder

  it.each(['a', 'a/b', './a/', 'a..b', '..a'])('may be %s', (folder) => {
    expect(folderOf(folder)).toBe(folder)
  })

  it('may have a name in UTF-8', () => {
    expect(folderOf(Buffer.from('größe').toString('latin1'))).toBe('größe')
  })

  it.each(['', '/', '/etc', '//etc', '..', '../b', 'a/..', 'a/../../b', 'a/..\0', '\0'])('may not be %j', (folder) => {
    expect(() => folderOf(folder)).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'x-codex-folder' })
    )
  })
})
