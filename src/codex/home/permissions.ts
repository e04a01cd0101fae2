import type { SandboxMode } from '../../turn/request.ts'
import type { CodexSettings } from './settings.ts'

/** The settings that do what a sandbox does, and more; undefined where the sandbox is enough. */
export type Bounds = (sandbox: SandboxMode) => CodexSettings | undefined

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
  return (sandbox) => {
    if (sandbox === 'danger-full-access') return undefined
    const paths = denied()
    if (paths.length === 0) return undefined
    const written = sandbox === 'workspace-write' ? addDirs : []
    const filesystem = { ...accessTo(written, 'write'), ...accessTo(paths, 'deny') }
    const name = `gateway-${sandbox}`
    return { [`permissions.${name}`]: { extends: bases[sandbox], filesystem }, default_permissions: name }
  }
}

function accessTo(paths: readonly string[], access: 'write' | 'deny'): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [path, access]))
}
