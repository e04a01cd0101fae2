import { createHash } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Writes a file (0600) whose name holds a hash of its content, and returns its path: gateways with other settings
 * may share a folder, and nobody ever reads half of it.
 */
export async function writeNamed(folder: string, text: string, nameFrom: (hash: string) => string): Promise<string> {
  const path = join(folder, nameFrom(createHash('sha256').update(text).digest('hex').slice(0, 12)))
  const draft = `${path}.${process.pid}`
  await writeFile(draft, text, { mode: 0o600 })
  await rename(draft, path)
  return path
}
