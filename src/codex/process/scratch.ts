import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** A folder of one's own (0700) that is gone, with all in it, when disposed. */
export interface Scratch extends AsyncDisposable {
  readonly path: string
}

const prefix = 'codex-gateway-'

/** One gateway's folder for temporary files in `temp`. Its name tells the owner, so that the next gateway can clear up after a crash. */
export function scratchBase(temp: string, owner: string): Promise<Scratch> {
  return scratchIn(temp, `${prefix}${owner}-`)
}

/** One turn's folder in `base`. */
export function scratchIn(base: string, name = 'turn-'): Promise<Scratch> {
  return mkdtemp(join(base, name)).then((path) => ({
    // mkdtemp makes it 0700
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 })
  }))
}

/** Removes the folders in `temp` whose gateway no longer runs. */
export async function clearScratch(temp: string, living: ReadonlySet<string>): Promise<void> {
  const names = (await readdir(temp).catch(() => [])).filter((name) => isLeft(name, living))
  await Promise.all(names.map((name) => clear(join(temp, name))))
}

function isLeft(name: string, living: ReadonlySet<string>): boolean {
  const owner = name.startsWith(prefix) ? /^(\d+\.[\w-]+)-\w{6}$/.exec(name.slice(prefix.length))?.[1] : undefined
  return owner !== undefined && !living.has(owner)
}

/** Only a folder of this user's own: the temp folder is everybody's. */
async function clear(path: string): Promise<void> {
  const kind = await lstat(path).catch(() => undefined)
  if (!kind?.isDirectory() || kind.uid !== process.getuid?.()) return
  await rm(path, { recursive: true, force: true }).catch(() => {}) // the next gateway tries again
}
