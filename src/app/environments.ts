import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { newId } from '../agents/ids.ts'
import type { Hosting } from '../agents/hosting.ts'
import type { Config } from '../config/config.ts'
import { Artifacts } from '../environments/artifacts.ts'
import { Contents } from '../environments/contents.ts'
import { EnvironmentStore } from '../environments/environment-store.ts'
import { Environments } from '../environments/environments.ts'
import { EnvironmentTables } from '../environments/tables.ts'
import { Uploads } from '../environments/uploads.ts'
import type { Store } from '../store/store.ts'
import type { Work } from '../work/work.ts'
import { hasSeveralPrincipals } from './several.ts'

/** Counts, and milliseconds from one look for unused environments to the next. */
const limits = { environments: 2_000, artifacts: 20_000, uploads: 20_000, sweepMs: 600_000 }

/** The folder of all environments, made where it is missing; canonical. */
export function environmentsRoot({ CODEX_ENVIRONMENTS_DIR: folder }: Config): string | undefined {
  if (folder === undefined) return undefined
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return realpathSync(folder)
}

/** The tables of environments and artifacts with these settings. */
export function environmentTables(store: Store, config: Config): EnvironmentTables {
  const share = hasSeveralPrincipals(config) ? 2 : 1
  const { CODEX_ENVIRONMENTS_MAX_BYTES: bytes } = config
  return new EnvironmentTables(store, {
    bytes,
    bytesPerOwner: Math.ceil(bytes / share),
    environments: limits.environments,
    environmentsPerOwner: Math.ceil(limits.environments / share),
    artifactsPerOwner: Math.ceil(limits.artifacts / share),
    uploadsPerOwner: Math.ceil(limits.uploads / share)
  })
}

/** The environments of the Agents API; undefined where the operator offers none. */
export function hostingFor(config: Config, { store, work }: { store: Store; work: Work }): Hosting | undefined {
  const root = environmentsRoot(config)
  if (root === undefined) return undefined
  const tables = environmentTables(store, config)
  const environments = new Environments({ root, store: new EnvironmentStore(tables), warn: store.warn })
  const contents = new Contents(join(root, 'artifacts'))
  sweepAtIntervals(() => Promise.all([environments.sweep(), contents.sweep()]), work)
  const artifacts = new Artifacts({ tables, contents, newId: () => newId('art') })
  return { environments, artifacts, uploads: new Uploads({ tables, contents, newId: () => newId('file') }) }
}

function sweepAtIntervals(sweep: () => Promise<unknown>, work: Work): void {
  const look = () => void sweep().catch(() => {}) // the store cannot be used at the moment
  const timer = setInterval(() => (work.isStopping ? clearInterval(timer) : look()), limits.sweepMs)
  timer.unref()
}
