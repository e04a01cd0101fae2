import { readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { startHomes } from './start-home.ts'

const rollout = 'sessions/2026/11/27/rollout-2026-11-27T01-00-00-01.jsonl'

describe('a saved home', () => {
  it('is restored on another gateway, as it was saved last; what is not of it stays there', async () => {
    await using homes = await startHomes()
    {
      await using first = await homes.open('one')
      await homes.write('one', rollout, 'line 1\n')
      await first.save({ running: true })
      await homes.write('one', rollout, 'line 1\nline 2\n')
      await homes.write('one', 'archived_sessions/rollout-02.jsonl', 'torn')
      await homes.write(
        'one',
        'session_index.jsonl',
        '{"id":"01","thread_name":"old"}\n{"id":"01","thread_name":"new"}\n'
      )
      await first.save({ running: false })
      expect(first.savedAt).toBeCloseTo(Date.now(), -5)
    }
    await homes.write('two', 'config.toml', 'model = "mine"')
    await using second = await homes.open('two')
    expect(await homes.read('two', rollout)).toBe('line 1\nline 2\n')
    expect(await homes.read('two', 'archived_sessions/rollout-02.jsonl')).toBe('torn\n')
    expect(await homes.read('two', 'config.toml')).toBe('model = "mine"')
    expect(second.names).toEqual(new Map([['01', 'new']]))
  })

  it('holds what is on the list and nothing else: no login, no settings, no tokens, no links', async () => {
    await using homes = await startHomes()
    await using saved = await homes.open('one')
    const left = [
      'auth.json',
      'config.toml',
      'model-token',
      'logs_2.sqlite',
      'skills/a/SKILL.md',
      'log/x',
      'state.sqlite'
    ]
    for (const path of left) await homes.write('one', path, 'sk-a-secret')
    await homes.write('one', rollout, 'kept\n')
    await symlink(join(homes.home('one'), 'auth.json'), join(homes.home('one'), 'sessions', 'link.jsonl'))
    await saved.save({ running: false })
    const archive = gunzipSync(await homes.stored('site.tar.gz')).toString('latin1')
    expect(archive).toContain('kept\n')
    expect(archive).not.toContain('sk-a-secret')
    expect(archive.match(/ustar/g)).toHaveLength(2) // the manifest and the thread
    expect((await readdir(homes.home('one'))).filter((name) => name.startsWith('.gateway-saving'))).toEqual([])
  })

  it('is not fetched again where it is as new as the store’s, also after a crash', async () => {
    await using homes = await startHomes()
    const crashed = await homes.open('one')
    await homes.write('one', rollout, 'saved\n')
    await crashed.save({ running: true })
    await homes.write('one', rollout, 'saved\nnot yet\n')
    await using _next = await homes.open('one')
    expect(await homes.read('one', rollout)).toBe('saved\nnot yet\n')
  })

  it('is saved beside where another gateway has saved it meanwhile, and the one that did not know is told', async () => {
    await using homes = await startHomes()
    const stale = await homes.open('one')
    await homes.write('one', rollout, 'by one\n')
    await stale.save({ running: true })
    await homes.takeLease()
    await using other = await homes.open('two')
    await homes.write('two', rollout, 'by two\n')
    await other.save({ running: true })
    await homes.write('one', rollout, 'by one, late\n')
    await stale.save({ running: false })
    await expect(stale.lost).resolves.toMatch(/another gateway/)
    const beside = (await readdir(homes.root)).find((name) => name.startsWith('site.conflict-'))!
    expect(gunzipSync(await homes.stored(beside)).toString()).toContain('by one, late')
    expect(gunzipSync(await homes.stored('site.tar.gz')).toString()).toContain('by two')
    await stale[Symbol.asyncDispose]()
    await other[Symbol.asyncDispose]()
    await using _back = await homes.open('one')
    expect(await homes.read('one', rollout)).toBe('by two\n')
    expect((await readdir(homes.root)).filter((name) => name.includes('conflict'))).toHaveLength(1)
  })

  it('of a gateway that never saved it is saved beside before the store’s replaces it', async () => {
    await using homes = await startHomes()
    {
      await using first = await homes.open('one')
      await homes.write('one', rollout, 'by one\n')
      await first.save({ running: false })
    }
    await homes.write('two', rollout, 'from before there was a store\n')
    await using _second = await homes.open('two')
    expect(await homes.read('two', rollout)).toBe('by one\n')
    const beside = (await readdir(homes.root)).find((name) => name.startsWith('site.conflict-'))!
    expect(gunzipSync(await homes.stored(beside)).toString()).toContain('from before there was a store')
  })

  it('is one gateway’s at a time, until that ends or its lease does', async () => {
    await using homes = await startHomes()
    const first = await homes.open('one')
    await expect(homes.open('two')).rejects.toMatchObject({
      code: 'overloaded',
      message: expect.stringMatching(/^The workspace site runs on another gateway now \(/) as string
    })
    await first[Symbol.asyncDispose]()
    await using second = await homes.open('two', { lifeMs: 60 })
    await expect.poll(homes.takeLease).toBeDefined()
    await expect(second.lost).resolves.toMatch(/runs on another gateway now/)
  })

  it('renews its lease while it lives', async () => {
    await using homes = await startHomes()
    await using _first = await homes.open('one', { lifeMs: 150 })
    const before = Number(await homes.versionOf('site.lease'))
    await expect.poll(async () => Number(await homes.versionOf('site.lease'))).toBeGreaterThan(before + 2)
  })
})

it('a store that is away lets nothing start, and a full one leaves what was saved', async () => {
  await using homes = await startHomes()
  const away = { ...homes.store, get: () => Promise.reject(new Error('away')) }
  await expect(homes.open('one', { store: away })).rejects.toThrow('cannot be restored now')
  const { put } = homes.store
  const full = { ...homes.store }
  await using saved = await homes.open('one', { store: full })
  await homes.write('one', rollout, 'first\n')
  await saved.save({ running: true })
  full.put = () => Promise.reject(new Error('full'))
  await writeFile(join(homes.home('one'), rollout), 'second\n')
  await expect(saved.save({ running: false })).rejects.toThrow('full')
  full.put = put
  expect(gunzipSync(await homes.stored('site.tar.gz')).toString()).toContain('first')
  await saved.save({ running: false })
  expect(gunzipSync(await homes.stored('site.tar.gz')).toString()).toContain('second')
})
