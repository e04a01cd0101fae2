import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'

/** Files and folders that no command of the model's may read, where they really lie. */
export interface Secrets {
  /** The login, which codex itself needs. */
  login: string[]
  /** What codex has no use for, or only where it keeps threads. */
  others: string[]
}

/** `files` are the gateway's own, `folders` too, and these are made: what is not there when codex starts cannot be kept from its commands later. */
export async function secretsIn(codexHome: string, files: readonly (string | undefined)[], folders: readonly string[]): Promise<Secrets> {
  await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true, mode: 0o700 })))
  const login = await existing([join(codexHome, 'auth.json')])
  return { login, others: await existing([...files.filter((path) => path !== undefined), ...folders]) }
}

/** Canonical: codex refuses to hide what a link leads to (codex-cli 0.169). */
async function existing(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => realpath(path).catch(() => undefined)))
  return found.filter((path) => path !== undefined)
}
