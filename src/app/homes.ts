import type { Config } from '../config/config.ts'
import { readSecretFile } from '../config/secret-file.ts'
import { folderStore } from '../workspaces/homes/folder-store.ts'
import type { ObjectStore } from '../workspaces/homes/object-store.ts'
import { s3Store } from '../workspaces/homes/s3-store.ts'
import type { S3Credentials } from '../workspaces/homes/s3-store.ts'
import type { SavedHomes } from '../workspaces/shared/saved-shared-home.ts'

/** Where the homes of workspaces are saved; undefined where they are not. */
export function homesStoreFrom({ CODEX_HOMES_STORE: store, CODEX_HOMES_CREDENTIALS_FILE: file }: Config) {
  if (store === undefined) return undefined
  if (store.kind === 'folder') return folderStore(store.path)
  return s3Store({ url: store.url, region: store.region, credentials: () => credentialsIn(file ?? '') })
}

/** `codex`: its version. */
export function savedHomesFrom(config: Config): SavedHomes | undefined {
  const store: ObjectStore | undefined = homesStoreFrom(config)
  return store && { store, everyMs: config.CODEX_HOMES_SAVE_SECONDS * 1000 }
}

/** Throws where they cannot be read. */
function credentialsIn(file: string): S3Credentials {
  const [accessKeyId = '', secretAccessKey = ''] = readSecretFile(file)
  if (secretAccessKey === '') throw new Error(`the file must have two lines, the key and its secret: ${file}`)
  return { accessKeyId, secretAccessKey }
}
