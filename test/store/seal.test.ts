import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Seal } from '../../src/store/seal.ts'
import { storeFolder } from './opened.ts'

it('a seal makes a text unreadable without its key', async () => {
  const folder = await storeFolder()
  const [seal, other] = [new Seal(join(folder, 'key')), new Seal(join(folder, 'other'))]
  const sealed = seal.seal('a secret')
  expect(Buffer.from(sealed, 'base64').toString()).not.toContain('secret')
  expect(new Seal(join(folder, 'key')).open(sealed)).toBe('a secret')
  expect(() => other.open(sealed)).toThrow()
  expect([seal.digest('a') === seal.digest('a'), seal.digest('a') === other.digest('a')]).toEqual([true, false])
  expect(statSync(join(folder, 'key')).mode & 0o777).toBe(0o600)
})

it('a seal takes the key of another gateway, for a while or for good', async () => {
  const folder = await storeFolder()
  const [seal, other] = [new Seal(join(folder, 'key')), new Seal(join(folder, 'other'))]
  const [own, foreign] = [seal.seal('own'), other.seal('foreign')]
  expect(seal.withKey(other.key).open(foreign)).toBe('foreign')
  expect(seal.open(own)).toBe('own')
  seal.replaceKey(seal.key)
  expect(seal.open(own)).toBe('own')
  seal.replaceKey(other.key)
  expect([seal.open(foreign), new Seal(join(folder, 'key')).open(foreign)]).toEqual(['foreign', 'foreign'])
  expect(() => seal.open(own)).toThrow()
  expect(readdirSync(folder).sort()).toEqual(['key', 'other'])
  expect(statSync(join(folder, 'key')).mode & 0o777).toBe(0o600)
})

it('what was changed is not opened, and what is no key not taken', async () => {
  const seal = new Seal(join(await storeFolder(), 'key'))
  const sealed = Buffer.from(seal.seal('a secret'), 'base64')
  for (const at of [0, 12, sealed.length - 1]) {
    const changed = Buffer.from(sealed)
    changed[at] = changed[at]! ^ 1
    expect(() => seal.open(changed.toString('base64'))).toThrow()
  }
  expect(() => seal.withKey('AAAA')).toThrow('this is no key')
  expect(() => seal.replaceKey(Buffer.alloc(33).toString('base64'))).toThrow('this is no key')
})

it('a key is made in a folder that is not there yet, and one that cannot be read is not replaced', async () => {
  const folder = await storeFolder()
  const path = join(folder, 'inner', 'key')
  const { key } = new Seal(path)
  expect(new Seal(path).key).toBe(key)
  writeFileSync(join(folder, 'file'), '')
  expect(() => new Seal(join(folder, 'inner')).key).toThrow('EISDIR')
  expect(() => new Seal(join(folder, 'file', 'key')).key).toThrow('ENOTDIR')
})
