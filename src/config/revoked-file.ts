import { readNamedFile } from './named-file.ts'

/** A file of revoked tokens as it was when it was read. */
export interface RevokedFile {
  path: string
  /** `jti` of each. */
  ids: string[]
}

/** Reads ids of tokens, one a line; empty lines and those that begin with `#` are ignored. Throws an `Error` whose message continues the name of a setting. */
export function readRevokedFile(path: string): RevokedFile {
  const lines = readNamedFile(path)
    .text.split(/\r?\n/)
    .map((line) => line.trim())
  return { path, ids: lines.filter((line) => line !== '' && !line.startsWith('#')) }
}
