import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import type { Stats } from 'node:fs'

/** A file of tokens as it was when it was read. */
export interface TokenFile {
  path: string
  tokens: string[]
}

/** Reads a file of tokens, one a line; empty lines and those that begin with `#` are passed over. Throws an `Error` that says what to mend. */
export function readTokenFile(path: string): TokenFile {
  const { stats, text } = read(path)
  if ((stats.mode & 0o077) !== 0) throw new Error(`names a file that others may read: chmod 600 ${path}`)
  if (stats.uid !== process.getuid?.()) throw new Error(`names a file of another user: ${path}`)
  const tokens = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (tokens.length === 0) throw new Error(`names a file without a token: ${path}`)
  if (!tokens.every(isToken)) throw new Error(`names a file with a token that no header can carry: ${path}`)
  return { path, tokens }
}

/** Whether an HTTP header can carry it: printable ASCII without spaces. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text)
}

/** Both of one open file, so that what was checked is what was read. */
function read(path: string): { stats: Stats; text: string } {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    return { stats: fstatSync(file), text: readFileSync(file, 'utf8') }
  } catch (error) {
    throw new Error(`names a file that cannot be read: ${path} (${(error as NodeJS.ErrnoException).code})`, {
      cause: error
    })
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
