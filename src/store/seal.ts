import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes texts unreadable in the store, with a key in a file of its own beside it (0600), which is made when it is first needed: neither
 * a copy of the store nor its deleted pages give a secret away.
 */
export class Seal {
  readonly #path: string
  #key: Buffer | undefined

  /** `key`: in Base64, that of another gateway; the one in the file otherwise. */
  constructor(path: string, key?: string) {
    this.#path = path
    if (key !== undefined) this.#key = keyFrom(key)
  }

  seal(text: string): string {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#keyBytes(), nonce)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
  }

  /** Throws where it was not sealed with this key. */
  open(sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', this.#keyBytes(), bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString()
  }

  /** Tells texts apart without giving them away. */
  digest(text: string): string {
    return createHmac('sha256', this.#keyBytes()).update(text).digest('base64')
  }

  /** In Base64, for another gateway that shares the store. */
  get key(): string {
    return this.#keyBytes().toString('base64')
  }

  /** What seals with the key of another gateway that shares the store, until `replaceKey` takes it for good. */
  withKey(key: string): Seal {
    return new Seal(this.#path, key)
  }

  /** Takes the key of another gateway that shares the store. */
  replaceKey(key: string): void {
    const bytes = keyFrom(key)
    if (this.#keyBytes().equals(bytes)) return
    const own = `${this.#path}.${randomBytes(6).toString('hex')}`
    writeFileSync(own, bytes, { mode: 0o600 })
    renameSync(own, this.#path)
    this.#key = bytes
  }

  #keyBytes(): Buffer {
    return (this.#key ??= readKey(this.#path) ?? madeKey(this.#path))
  }
}

function keyFrom(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== 32) throw new Error('this is no key')
  return bytes
}

function readKey(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Another gateway may make one at the same moment: the first to have its name wins. */
function madeKey(path: string): Buffer {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const own = `${path}.${randomBytes(6).toString('hex')}`
  writeFileSync(own, randomBytes(32), { mode: 0o600 })
  try {
    chmodSync(own, 0o600)
    linkSync(own, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(own)
  }
  return readFileSync(path)
}
