import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import type { Stats } from 'node:fs'

/** A token, and the name of the principal that it belongs to, if it has one. */
export interface Credential {
  token: string
  name?: string | undefined
}

/** A file of tokens as it was when it was read. */
export interface TokenFile {
  path: string
  credentials: Credential[]
}

const maxBytes = 1_048_576

/**
 * Reads a file of tokens: lines `name token`, or `token` alone; empty lines and those that begin with `#` are ignored.
 * Several lines may have one name, so that the old token is valid until the new one is in use everywhere.
 * Throws an `Error` whose message continues the name of a setting, and shows no token.
 */
export function readTokenFile(path: string): TokenFile {
  const { stats, text } = read(path)
  if ((stats.mode & 0o077) !== 0) throw new Error(`names a file that other users may read; run chmod 600 ${path}`)
  if (stats.uid !== process.getuid?.()) throw new Error(`names a file that belongs to another user: ${path}`)
  const credentials = credentialsFrom(text, path)
  if (credentials.length === 0) throw new Error(`names a file without a token: ${path}`)
  return { path, credentials }
}

/** Whether an HTTP header can carry it: printable ASCII without spaces. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text)
}

function credentialsFrom(text: string, path: string): Credential[] {
  const names = new Map<string, string | undefined>()
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.trim().split(/\s+/)
    if (words[0] === '' || words[0]?.startsWith('#')) continue
    const problem = problemOf(words, names)
    if (problem !== undefined) throw new Error(`names a file whose line ${index + 1} ${problem}: ${path}`)
    const [token = '', name] = words.reverse()
    names.set(token, name ?? names.get(token))
  }
  return [...names].map(([token, name]) => ({ token, name }))
}

/** Names that begin with `key_`, and `anonymous`, are ids of those who have no name. */
const isName = (text: string) => /^[A-Za-z\d][\w.-]{0,63}$/.test(text) && !/^(key_|anonymous$)/.test(text)

function problemOf(words: readonly string[], names: ReadonlyMap<string, string | undefined>): string | undefined {
  if (words.length > 2) return 'has more than two words; a line is "name token" or "token"'
  const [token = '', name] = [...words].reverse()
  if (!isToken(token)) return 'has a token that no HTTP header can carry; a token is printable ASCII'
  if (name === undefined) return undefined
  if (!isName(name))
    return 'has a name that is not valid; a name is 1 to 64 letters, digits, ".", "_" and "-", begins with a letter or a digit, and is neither "anonymous" nor "key_…"'
  const other = names.get(token)
  return other === undefined || other === name ? undefined : 'gives a token to a second name; a token has one name'
}

/** Both of one open file, so that what was checked is what was read. Opening a FIFO would otherwise block the process. */
function read(path: string): { stats: Stats; text: string } {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = fstatSync(file)
    if (!stats.isFile() || stats.size > maxBytes) throw new Error('not a file of at most 1 MiB')
    return { stats, text: readFileSync(file, 'utf8') }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(`names a file that cannot be read: ${path} (${code ?? message})`, { cause: error })
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
