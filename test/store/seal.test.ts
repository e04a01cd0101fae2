import { statSync } from 'node:fs'
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
