import { randomUUID } from 'node:crypto'
import { homesStoreFrom } from '../../app/homes.ts'
import type { Config } from '../../config/config.ts'
import { fail, pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'

/** Whether homes can be saved, and gateways cannot overwrite each other's. Undefined where they are not saved. */
export async function homesFinding(config: Config): Promise<Finding | undefined> {
  const store = homesStoreFrom(config)
  if (!store) return undefined
  const key = `doctor-${randomUUID()}`
  try {
    const version = await store.put(key, new Blob(['{}']), undefined)
    const isOverwritten = (await store.put(key, new Blob(['[]']), undefined)) !== undefined
    const found = await store.get(key)
    found?.body.destroy()
    await store.delete(key)
    if (isOverwritten)
      return fail(
        `${store.name} overwrites what is there: it ignores If-None-Match`,
        'Two gateways would destroy each other’s work. Take a server that honours conditional writes.'
      )
    if (version === undefined || found?.version !== version)
      return fail(`${store.name} does not give back what it is given`)
    return config.CODEX_HOMES_STORE?.kind === 's3' && config.CODEX_HOMES_STORE.url.protocol === 'http:'
      ? warn(`threads of remote TUIs are saved in ${store.name}, without TLS`)
      : pass(`threads of remote TUIs are saved in ${store.name}`)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return fail(`${store.name} cannot be used: ${reason}`, 'See CODEX_HOMES_STORE and CODEX_HOMES_CREDENTIALS_FILE.')
  }
}
