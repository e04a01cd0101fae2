import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Store } from '../../src/store/store.ts'
import type { Warn } from '../../src/store/store.ts'

/** A store and the CODEX_CLI_HOME that it lies in; leaving its scope closes it. */
export interface PrivateStore extends AsyncDisposable {
  store: Store
  home: string
}

/** A store in `given`, which is the caller's, or else in a folder of its own, which is removed at the end. */
export async function privateStore(given?: string, warn?: Warn): Promise<PrivateStore> {
  const home = given ?? (await mkdtemp(join(tmpdir(), 'home-')))
  const store = new Store({ folder: join(home, 'gateway'), warn })
  return {
    store,
    home,
    async [Symbol.asyncDispose]() {
      store[Symbol.dispose]()
      if (given === undefined) await rm(home, { recursive: true, force: true })
    }
  }
}
