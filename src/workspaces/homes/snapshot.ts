import { constants, copyFile, link, lstat, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import Database from 'libsql'
import { readRegularFile } from '../../codex/files/regular-file.ts'
import { bounds, isDatabase, savedFilesIn } from './saved-files.ts'

/** What is saved of a home, as it is at one moment, in a folder that is removed with it. */
export interface Snapshot extends AsyncDisposable {
  readonly folder: string
  /** Relative paths. */
  readonly files: readonly string[]
}

/** Begins the names of folders in a home that a crash may leave. */
export const stagingPrefix = '.gateway-saving-'

/**
 * A snapshot of a home, whose codex may be `running`: threads are files that only grow, and what was copied of a database is what was
 * in it at one moment. Rejects where it is more than may be saved.
 */
export async function snapshotOf(codexHome: string, running: boolean): Promise<Snapshot> {
  const files = await savedFilesIn(codexHome)
  const folder = await mkdtemp(join(codexHome, stagingPrefix))
  const dispose = () => rm(folder, { recursive: true, force: true })
  try {
    for (const path of new Set(files.map(dirname))) await mkdir(join(folder, path), { recursive: true })
    const saved = await Promise.all(files.filter((path) => !/\.sqlite/.test(path)).map((path) => taken(path)))
    for (const path of files.filter(isDatabase)) saved.push(await copied(path))
    const present = saved.flat()
    await checkBounds(folder, present)
    return { folder, files: present, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }

  /** It may have been deleted or archived meanwhile. A file that grows cannot be packed: it is copied, and else it only gets another name. */
  async function taken(path: string): Promise<string[]> {
    const [from, to] = [join(codexHome, path), join(folder, path)]
    try {
      await (running ? copyFile(from, to, constants.COPYFILE_FICLONE) : link(from, to))
      return (await lstat(to)).isFile() ? [path] : []
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }

  /** With its log, which may hold all that is in it, even after a clean stop (codex-cli 0.169). */
  async function copied(path: string): Promise<string[]> {
    using _reading = reading(join(codexHome, path))
    await copyFile(join(codexHome, path), join(folder, path))
    const log = `${path}-wal`
    for (let attempt = 0; attempt < 5; attempt++) {
      const salt = await saltOf(join(codexHome, log))
      if (salt === undefined) return [path]
      await copyFile(join(codexHome, log), join(folder, log))
      if (salt === (await saltOf(join(codexHome, log)))) return [path, log] // else it was begun again half-way
    }
    throw new Error(`${path} is written to all the time`)
  }
}

/**
 * A read transaction. As long as it is open, SQLite writes only that into the database which is in its log, too, and does not begin the
 * log again while anything of it is in use: a copy of the two is what the transaction sees, or newer.
 */
function reading(path: string): Disposable {
  const database = new Database(path, { timeout: 1_000 })
  try {
    database.exec('BEGIN; SELECT count(*) FROM sqlite_schema')
  } catch (error) {
    database.close()
    throw error
  }
  const end = () => {
    database.exec('ROLLBACK')
    database.close()
  }
  return { [Symbol.dispose]: end }
}

/** The header of a log, which another one has when it is begun again. Undefined where there is none. */
async function saltOf(log: string): Promise<string | undefined> {
  const header = await readRegularFile(log, { maxBytes: 32, writer: 'operator' })
  return header?.length === 32 ? header.toString('hex') : undefined
}

async function checkBounds(folder: string, files: readonly string[]): Promise<void> {
  let bytes = 0
  for (const path of files) bytes += (await stat(join(folder, path))).size
  if (files.length > bounds.files || bytes > bounds.bytes)
    throw new Error(`it has ${files.length} files of ${bytes} bytes; ${bounds.files} of ${bounds.bytes} can be saved`)
}
