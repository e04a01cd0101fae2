import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { folderStore } from '../../../src/workspaces/homes/folder-store.ts'
import type { ObjectStore } from '../../../src/workspaces/homes/object-store.ts'
import { SavedHome } from '../../../src/workspaces/homes/saved-home.ts'
import type { SavedHomeOptions } from '../../../src/workspaces/homes/saved-home.ts'

/** A store in a folder, and homes of one workspace on several gateways. */
export interface StartedHomes extends AsyncDisposable {
  store: ObjectStore
  /** The log. */
  lines: { fields: object; message: string }[]
  home: (gateway: string) => string
  open: (gateway: string, options?: Partial<SavedHomeOptions>) => Promise<SavedHome>
  /** Writes a file of a home. */
  write: (gateway: string, path: string, content: string) => Promise<void>
  /** The content of a file of a home; undefined where there is none. */
  read: (gateway: string, path: string) => Promise<string | undefined>
  stored: (key: string) => Promise<Buffer>
  /** Lets somebody take the lease whose lease is over at once; undefined where it was renewed meanwhile. */
  takeLease: () => Promise<string | undefined>
  versionOf: (key: string) => Promise<string | undefined>
  /** The folder of the store, with a folder for each object. */
  root: string
}

export async function startHomes(): Promise<StartedHomes> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'homes-')))
  const root = join(folder, 'store')
  const store = folderStore(root)
  const lines: StartedHomes['lines'] = []
  const home = (gateway: string) => join(folder, gateway)
  const versionOf = async (key: string) => {
    const object = await store.get(key)
    object?.body.destroy()
    return object?.version
  }
  return {
    store,
    lines,
    home,
    root,
    open: (gateway, options) =>
      SavedHome.open({
        ...{ store, workspace: 'site', codexHome: home(gateway), codex: '0.169.0' },
        warn: (fields, message) => lines.push({ fields, message }),
        ...options
      }),
    async write(gateway, path, content) {
      await mkdir(dirname(join(home(gateway), path)), { recursive: true })
      await writeFile(join(home(gateway), path), content)
    },
    read: (gateway, path) => readFile(join(home(gateway), path), 'utf8').catch(() => undefined),
    async stored(key) {
      const object = await store.get(key)
      return Buffer.concat(await (object?.body ?? Readable.from([])).toArray())
    },
    versionOf,
    takeLease: async () => store.put('site.lease', new Blob(['{}']), await versionOf('site.lease')),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
