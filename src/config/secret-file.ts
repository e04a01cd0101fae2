import { checkPrivate, readNamedFile } from './named-file.ts'

/**
 * The lines of a file that only the user of the gateway may read. Throws an `Error` whose message continues the name of a setting, and
 * shows no secret.
 */
export function readSecretFile(path: string): string[] {
  const { stats, text } = readNamedFile(path)
  checkPrivate(stats, path)
  const lines = text.split(/\r?\n/).filter((line) => line !== '')
  if (lines.length === 0) throw new Error(`names a file without a secret: ${path}`)
  return lines
}

/** The first line of such a file. */
export function readSecret(path: string): string {
  const [secret = ''] = readSecretFile(path)
  if (!/^[\x21-\x7e]+$/.test(secret)) throw new Error(`names a file whose secret is not printable ASCII: ${path}`)
  return secret
}
