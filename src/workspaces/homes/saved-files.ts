import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Folders of a CODEX_HOME (codex-cli 0.169) with the conversations themselves. */
export const threadFolders = ['sessions', 'archived_sessions']

/** The names of threads, one JSON object a line: the last line of a thread counts. */
export const namesFile = 'session_index.jsonl'

const database = /^(state|thread_history|goals|queue|memories)_\d+\.sqlite$/

/** What is saved of a home, and of no use for a codex at another path: it holds absolute ones. */
export const isBoundToPath = (path: string): boolean => path.startsWith('state_')

/** Bounds of one saved home. */
export const bounds = { bytes: 2_147_483_648, files: 100_000 }

/** Whether a file of a home is saved, by its relative path. A list of what is saved: logins, settings, tokens and logs are not in it. */
export function isSaved(path: string): boolean {
  const parts = path.split('/')
  const isPlain = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\0'))
  if (parts.length > 1) return isPlain && threadFolders.includes(parts[0]!)
  return path === namesFile || isDatabase(path.replace(/-wal$/, ''))
}

export const isDatabase = (path: string): boolean => database.test(path)

/** What SQLite keeps of a database beside it and makes again by itself. */
export const isSharedMemory = (path: string): boolean => isDatabase(path.replace(/-shm$/, '')) && path.endsWith('-shm')

/** The relative paths of all regular files that are to be saved. Links are none. */
export async function savedFilesIn(codexHome: string): Promise<string[]> {
  const files = async (folder: string) => {
    const entries = await readdir(join(codexHome, folder), { withFileTypes: true, recursive: folder !== '' }).catch(
      noneIfMissing
    )
    const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
    return paths.map((path) => path.slice(codexHome.length + 1)).filter(isSaved)
  }
  const found = await Promise.all(['', ...threadFolders].map(files))
  return found.flat().sort()
}

function noneIfMissing(error: NodeJS.ErrnoException): [] {
  if (error.code !== 'ENOENT') throw error
  return []
}
