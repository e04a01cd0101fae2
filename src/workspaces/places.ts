import { mkdir } from 'node:fs/promises'
import { canonical } from '../codex/files/paths.ts'
import { foldersOnPath, programFolderOf } from '../codex/home/concealment.ts'
import type { Places } from '../codex/home/covers.ts'

/** What commands and codex must reach whatever is hidden. */
export function placesFrom(binary: string, folders: readonly string[], env: Record<string, string>): Places {
  const named = (...names: string[]) => names.flatMap((name) => env[name] ?? []).map(canonical)
  return {
    program: programFolderOf(binary),
    codex: named('SSL_CERT_FILE', 'SSL_CERT_DIR', 'CODEX_CA_CERTIFICATE'),
    work: [...folders.map(canonical), ...named('TMPDIR')],
    searched: foldersOnPath(env['PATH'])
  }
}

/** The folder of a workspace's environments, made where it is missing. */
export async function environmentsIn(folder: string | undefined): Promise<string[]> {
  if (folder !== undefined) await mkdir(folder, { recursive: true, mode: 0o700 })
  return folder === undefined ? [] : [folder]
}
