import type { Artifacts } from '../environments/artifacts.ts'
import type { Environment } from '../environments/environment.ts'
import type { Environments } from '../environments/environments.ts'
import { root } from '../environments/paths.ts'
import type { Uploads } from '../environments/uploads.ts'
import type { ThreadSettings } from '../threads/settings.ts'

/** The environments of sessions, and what their turns leave in them. */
export interface Hosting {
  environments: Environments
  artifacts: Artifacts
  uploads: Uploads
}

type Place = NonNullable<ThreadSettings['place']>

/** Where the turns of a session with this environment work, and what their commands may do. */
export function threadPlaceOf(environment: Environment, { environments }: Pick<Hosting, 'environments'>): Place {
  const { files, home, temp } = environments.foldersOf(environment)
  const { env, network } = environment.config
  return {
    name: `gateway-${environment.id}`,
    cwd: files,
    folders: [files, home, temp],
    env: { ...env, HOME: home, TMPDIR: temp },
    ...networkOf(network)
  }
}

function networkOf({
  access,
  allowed_domains: allowed,
  blocked_domains: blocked
}: Environment['config']['network']): Pick<Place, 'network'> {
  if (access === 'disabled') return {}
  if (access === 'enabled') return { network: 'open' }
  const rest = allowed.length > 0 ? {} : { '*': 'allow' as const }
  const entries = [...allowed.map((host) => [host, 'allow']), ...blocked.map((host) => [host, 'deny'])]
  return { network: { ...rest, ...(Object.fromEntries(entries) as Record<string, 'allow' | 'deny'>) } }
}

/** What the model has to know of its folder. */
export function folderNote({ cwd }: Place): string {
  return `What the user calls ${root} is the folder ${cwd}, in which you work. Files that the user is to get belong in ${cwd}/outputs.`
}

/** A path of this machine as callers see it. */
export function pathShown(path: string, files: string): string {
  if (path === files) return root
  return path.startsWith(`${files}/`) ? root + path.slice(files.length) : path
}
