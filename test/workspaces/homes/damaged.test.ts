import { readdir } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { Header } from 'tar'
import { describe, expect, it } from 'vitest'
import { startHomes } from './start-home.ts'

const rollout = 'sessions/2026/11/27/rollout-2026-11-27T01-00-00-01.jsonl'

/** An archive by hand: what this gateway would never write. */
function archiveOf(
  ...entries: { path: string; content?: string; type?: 'File' | 'SymbolicLink'; linkpath?: string }[]
) {
  const blocks = entries.flatMap(({ path, content = '', type = 'File', linkpath }) => {
    const header = new Header({
      path,
      size: Buffer.byteLength(content),
      mode: 0o644,
      type,
      ...(linkpath && { linkpath })
    })
    header.encode()
    return [header.block!, Buffer.from(content.padEnd(Math.ceil(content.length / 512) * 512, '\0'))]
  })
  return new Blob([gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))])
}
const manifest = (more: object = {}) => ({
  path: 'manifest.json',
  content: JSON.stringify({
    ...{ format: 1, workspace: 'site', home: '/somewhere', codex: '0.169.0', saved_at: 'now', generation: 3 },
    ...more
  })
})

describe('an archive that cannot be restored', () => {
  const wrong: [string, Blob, RegExp][] = [
    ['is no archive', new Blob(['nonsense']), /./],
    ['is cut off', archiveOf(manifest(), { path: rollout, content: 'x' }).slice(0, 120), /./],
    ['has no manifest', archiveOf({ path: rollout, content: 'x' }), /does not belong/],
    ['is of a later gateway', archiveOf(manifest({ format: 2 })), /format/],
    ['is another workspace’s', archiveOf(manifest({ workspace: 'other' })), /"other"/],
    ['leaves the home', archiveOf(manifest(), { path: 'sessions/../../escaped', content: 'x' }), /./],
    ['is absolute', archiveOf(manifest(), { path: '/tmp/escaped-home', content: 'x' }), /./],
    ['brings settings', archiveOf(manifest(), { path: 'config.toml', content: 'x' }), /does not belong/],
    [
      'brings a link',
      archiveOf(manifest(), { path: 'sessions/a.jsonl', type: 'SymbolicLink', linkpath: '/etc/passwd' }),
      /does not belong/
    ]
  ]
  it.each(wrong)('because it %s is never overwritten, and nothing changes', async (_why, archive, cause) => {
    await using homes = await startHomes()
    const version = await homes.store.put('site.tar.gz', archive, undefined)
    await homes.write('one', 'sessions/own.jsonl', 'own')
    await expect(homes.open('one')).rejects.toMatchObject({
      code: 'overloaded',
      message: 'The workspace site cannot be restored now. Try again.'
    })
    expect(homes.lines.map(({ fields }) => (fields as { cause: string }).cause).join()).toMatch(cause)
    expect(await homes.versionOf('site.tar.gz')).toBe(version)
    expect(await homes.read('one', 'sessions/own.jsonl')).toBe('own')
    expect(await readdir(homes.home('one'))).toEqual(['sessions'])
    expect((await readdir(homes.root)).sort()).toEqual(['site.lease', 'site.tar.gz'])
  })

  it('is tried again after a restore that was interrupted, from its beginning', async () => {
    await using homes = await startHomes()
    const version = await homes.store.put(
      'site.tar.gz',
      archiveOf(manifest(), { path: rollout, content: 'x\n' }),
      undefined
    )
    await homes.write('one', '.gateway-saved.json', JSON.stringify({ version, generation: 3, state: 'restoring' }))
    await homes.write('one', '.gateway-restoring-1/sessions/half.jsonl', '')
    await homes.write('one', 'sessions/half.jsonl', '')
    await using _home = await homes.open('one')
    expect(await homes.read('one', rollout)).toBe('x\n')
    expect((await readdir(homes.home('one'))).sort()).toEqual(['.gateway-saved.json', 'sessions'])
    expect(await homes.read('one', 'sessions/half.jsonl')).toBeUndefined()
  })
})
