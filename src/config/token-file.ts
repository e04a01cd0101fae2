import { isWorkspaceId, workspaceIdRule } from '../turn/workspace-id.ts'
import { checkPrivate, readNamedFile } from './named-file.ts'

/** A token, and whom it is for. */
export interface Credential {
  token: string
  /** The principal that it belongs to, if it has a name. */
  name?: string | undefined
  /** The workspaces that may be used with it, in its order; left out: all that are open to its principal. */
  workspaces?: readonly string[] | undefined
  /** What may be done with it; left out: all but what shows others' usage. */
  scopes?: readonly string[] | undefined
}

/** A file of tokens as it was when it was read. */
export interface TokenFile {
  path: string
  credentials: Credential[]
}

/**
 * Reads a file of tokens: lines `name token`, with `workspaces=id,id` or `scopes=api,usage:read` after it or both, or `token` alone; empty lines and those that begin
 * with `#` are ignored. Several lines may have one name, so that the old token is valid until the new one is in use everywhere.
 * Throws an `Error` whose message continues the name of a setting, and shows no token.
 */
export function readTokenFile(path: string): TokenFile {
  const { stats, text } = readNamedFile(path)
  checkPrivate(stats, path)
  const credentials = credentialsFrom(text, path)
  if (credentials.length === 0) throw new Error(`names a file without a token: ${path}`)
  return { path, credentials }
}

/** Whether an HTTP header can carry it: printable ASCII without spaces. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text)
}

function credentialsFrom(text: string, path: string): Credential[] {
  const all = new Map<string, Credential>()
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.trim().split(/\s+/)
    if (words[0] === '' || words[0]?.startsWith('#')) continue
    const found = credentialFrom(words)
    const problem = typeof found === 'string' ? found : conflictOf(found, all.get(found.token))
    if (problem !== undefined) throw new Error(`names a file whose line ${index + 1} ${problem}: ${path}`)
    if (typeof found !== 'string') all.set(found.token, merged(found, all.get(found.token)))
  }
  return [...all.values()]
}

/** A line's credential, or what is wrong with the line. */
function credentialFrom(words: readonly string[]): Credential | string {
  if (words.length > 4)
    return 'has more than four words; a line is "token", "name token" or "name token workspaces=id,id scopes=a,b"'
  const [token = '', name] = words.length === 1 ? words : [words[1], words[0]]
  if (words.length === 2 && /^(?:workspaces|scopes)=/.test(token))
    return 'gives workspaces or scopes to a token without a name; a line is "name token workspaces=id,id"'
  if (!isToken(token)) return 'has a token that no HTTP header can carry; a token is printable ASCII'
  if (name !== undefined && !isName(name))
    return 'has a name that is not valid; a name is 1 to 64 letters, digits, ".", "_" and "-", begins with a letter or a digit, and is neither "anonymous" nor "key_…"'
  const credential: Credential = { token, name }
  for (const word of words.slice(2)) {
    const [, list] = /^scopes=([\w:,.-]+)$/.exec(word) ?? []
    const workspaces = list === undefined ? workspacesFrom(word) : undefined
    if (typeof workspaces === 'string') return workspaces
    Object.assign(credential, workspaces ? { workspaces } : { scopes: list?.split(',') })
  }
  return credential
}

/** Names that begin with `key_`, and `anonymous`, are ids of those who have no name. */
const isName = (text: string) => /^[A-Za-z\d][\w.-]{0,63}$/.test(text) && !/^(key_|anonymous$)/.test(text)

function workspacesFrom(word: string): string[] | string {
  const [, list] = /^workspaces=(.+)$/.exec(word) ?? []
  if (list === undefined) return 'has a word that is neither "workspaces=id,id" nor "scopes=a,b"'
  const ids = list.split(',')
  return ids.every(isWorkspaceId)
    ? [...new Set(ids)]
    : `names a workspace whose id is not valid: an id ${workspaceIdRule}`
}

function conflictOf(one: Credential, other: Credential | undefined): string | undefined {
  const differ = (key: 'name' | 'workspaces' | 'scopes') =>
    one[key] !== undefined && other?.[key] !== undefined && String(one[key]) !== String(other[key])
  if (differ('name')) return 'gives a token to a second name; a token has one name'
  if (differ('scopes')) return 'gives a token other scopes than an earlier line'
  return differ('workspaces') ? 'gives a token other workspaces than an earlier line' : undefined
}

/** A token that is listed more than once has all that its lines give it. */
function merged(one: Credential, other: Credential | undefined): Credential {
  const workspaces = one.workspaces ?? other?.workspaces
  const scopes = one.scopes ?? other?.scopes
  return {
    token: one.token,
    name: one.name ?? other?.name,
    ...(workspaces && { workspaces }),
    ...(scopes && { scopes })
  }
}
