import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Files and folders that no command of the model's may read. They need not be there. */
export interface Secrets {
  /** The login, which codex itself needs. A user may log in while the gateway runs. */
  login: string
  /** What codex has no use for, or only where it keeps threads. */
  others: string[]
}

/** `files` and `folders` are the gateway's own. The folders are made: app-server starts once, and what is then not there is not hidden from it. */
export async function secretsOf(
  codexHome: string,
  files: readonly (string | undefined)[],
  folders: readonly string[]
): Promise<Secrets> {
  await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true, mode: 0o700 })))
  return { login: join(codexHome, 'auth.json'), others: [...files.filter((path) => path !== undefined), ...folders] }
}
