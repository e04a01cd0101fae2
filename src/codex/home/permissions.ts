import type { SandboxMode } from '../../turn/request.ts'
import type { CodexSettings } from './settings.ts'

/** The settings that do what a sandbox does, and more; undefined where the sandbox is enough. */
export interface Bounds {
  (sandbox: SandboxMode): CodexSettings | undefined
  /** Of commands that have folders of their own, and write nothing else. */
  within: (own: OwnFolders) => CodexSettings
}

/** Folders for the commands of one thread alone. */
export interface OwnFolders {
  /** Of the permission profile. */
  name: string
  /** They may lie in one that is denied (codex-cli 0.169: the innermost counts). Canonical. */
  folders: readonly string[]
  /** Hosts that are allowed or denied, of which `*` is all others; `open`: no bound at all. Left out: no network. */
  network?: Readonly<Record<string, 'allow' | 'deny'>> | 'open' | undefined
}

export interface BoundsOptions {
  /** Canonical paths that exist and that no command may read. */
  denied: () => readonly string[]
  addDirs: readonly string[]
}

const bases = { 'read-only': ':read-only', 'workspace-write': ':workspace' }

/**
 * Permission profiles of codex that hide paths from commands, in place of a sandbox of the same name. They cost a
 * turn's start tens of ms, for codex-cli 0.169 then looks for skills in processes of their own: there is one only where something is denied.
 */
export function boundsAround({ denied, addDirs }: BoundsOptions): Bounds {
  const around = (sandbox: SandboxMode) => {
    if (sandbox === 'danger-full-access') return undefined
    const paths = denied()
    if (paths.length === 0) return undefined
    const written = sandbox === 'workspace-write' ? addDirs : []
    const filesystem = { ...accessTo(written, 'write'), ...accessTo(paths, 'deny') }
    const name = `gateway-${sandbox}`
    return { [`permissions.${name}`]: { extends: bases[sandbox], filesystem }, default_permissions: name }
  }
  return Object.assign(around, { within: (own: OwnFolders) => withinOwn(own, denied()) })
}

/** A host that is allowed is reached by a proxy of codex's, which passes on what goes to it and nothing else (codex-cli 0.169). */
function withinOwn({ name, folders, network }: OwnFolders, denied: readonly string[]): CodexSettings {
  const filesystem = { ...accessTo(denied, 'deny'), ...accessTo(folders, 'write') }
  const bounded =
    network === 'open' ? { network: { enabled: true } } : { network: { enabled: true, domains: network ?? {} } }
  return {
    [`permissions.${name}`]: { extends: bases['read-only'], filesystem, ...(network && bounded) },
    default_permissions: name,
    ...(network && network !== 'open' && { 'features.network_proxy': true })
  }
}

function accessTo(paths: readonly string[], access: 'write' | 'deny'): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [path, access]))
}
