import { readSecretFile } from './secret-file.ts'

/** A file of shared secrets as it was when it was read. */
export interface JwtSecretFile {
  path: string
  secrets: string[]
}

/** Bytes that a secret must have: as many as what HS256 makes of it. */
const leastBytes = 32

/**
 * Reads a file of shared secrets for HS256, one a line, of which each verifies, so that an old one is valid until the new one is in
 * use. Throws an `Error` whose message continues the name of a setting, and shows no secret.
 */
export function readJwtSecretFile(path: string): JwtSecretFile {
  const secrets = readSecretFile(path)
  const short = secrets.findIndex((secret) => Buffer.byteLength(secret) < leastBytes)
  if (short !== -1)
    throw new Error(
      `names a file whose line ${short + 1} has less than ${leastBytes} bytes, which could be guessed: ${path}`
    )
  return { path, secrets }
}
