import { appendFile, mkdir, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { unpacked } from './archive.ts'
import { isBoundToPath, isSaved, isSharedMemory, namesFile, savedFilesIn, threadFolders } from './saved-files.ts'
import type { Manifest } from './manifest.ts'
import { stagingPrefix } from './snapshot.ts'

const restoringPrefix = '.gateway-restoring-'

/** An archive that has been unpacked beside what it will replace. */
export interface Unpacked extends AsyncDisposable {
  manifest: Manifest
  /** Replaces what is saved of the home, and nothing else. */
  install: () => Promise<void>
}

/** Rejects, and changes nothing, where the archive is damaged. */
export async function unpackFor(codexHome: string, archive: Readable): Promise<Unpacked> {
  const folder = await mkdtemp(join(codexHome, restoringPrefix))
  const dispose = () => rm(folder, { recursive: true, force: true })
  try {
    const manifest = await unpacked(archive, folder)
    const moved = manifest.home !== codexHome
    const install = async () => {
      const files = (await savedFilesIn(folder)).filter((path) => !(moved && isBoundToPath(path)))
      await clear(codexHome)
      await Promise.all(files.filter((path) => path.endsWith('.jsonl')).map((path) => endLine(join(folder, path))))
      for (const name of new Set(files.map((path) => path.split('/')[0]!)))
        await rename(join(folder, name), join(codexHome, name))
    }
    return { manifest, install, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Removes what saving and restoring have left in a home where a gateway crashed. */
export async function clearStaging(codexHome: string): Promise<void> {
  await mkdir(codexHome, { recursive: true, mode: 0o700 })
  for (const name of await readdir(codexHome))
    if (name.startsWith(stagingPrefix) || name.startsWith(restoringPrefix))
      await rm(join(codexHome, name), { recursive: true, force: true })
}

/** The names of the threads, by id, as far as codex has noted them outside of its databases. */
export async function threadNamesIn(codexHome: string): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  const text = await readFile(join(codexHome, namesFile), 'utf8').catch(() => '')
  for (const line of text.split('\n')) {
    const { id, thread_name: name } = objectFrom(line)
    if (typeof id === 'string' && typeof name === 'string') names.set(id, name)
  }
  return names
}

async function clear(codexHome: string): Promise<void> {
  const isOfSaved = (name: string) => threadFolders.includes(name) || isSaved(name) || isSharedMemory(name)
  for (const name of (await readdir(codexHome)).filter(isOfSaved))
    await rm(join(codexHome, name), { recursive: true, force: true })
}

/** What was copied while it was written may end within a line, to which codex would add the next. */
async function endLine(path: string): Promise<void> {
  const file = await open(path)
  const { size } = await file.stat()
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1))
  await file.close()
  if (size > 0 && buffer.toString() !== '\n') await appendFile(path, '\n')
}

function objectFrom(json: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(json) as object) }
  } catch {
    return {}
  }
}
