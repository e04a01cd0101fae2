import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Names that only their owner can use, and nobody can guess. Nothing has to be looked up to tell. */
export interface Names {
  /** 48 hex digits. */
  make: (owner: string) => string
  /** Whether the name was made for this owner. */
  owns: (owner: string, name: string) => boolean
}

const half = 24

/** The first half of a name is random, the second binds it to its owner. */
export function namesWith(key: Buffer): Names {
  const seal = (owner: string, random: string) =>
    createHmac('sha256', key).update(`${random}:${owner}`).digest('hex').slice(0, half)
  return {
    make(owner) {
      const random = randomBytes(half / 2).toString('hex')
      return random + seal(owner, random)
    },
    owns(owner, name) {
      if (!/^[0-9a-f]{48}$/.test(name)) return false
      return timingSafeEqual(Buffer.from(name.slice(half)), Buffer.from(seal(owner, name.slice(0, half))))
    }
  }
}
