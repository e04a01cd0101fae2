import type { SandboxMode } from '../turn/request.ts'
import type { CodexSettings } from './settings.ts'

/** A permission profile for each sandbox that has bounds: the same, but that `hidden` cannot be read, nor `addDirs` only be read. */
export function permissionSettings(hidden: readonly string[], addDirs: readonly string[]): CodexSettings {
  const denied = allOf(hidden, 'deny')
  return {
    'permissions.gateway-read-only': { extends: ':read-only', filesystem: denied },
    'permissions.gateway-workspace-write': { extends: ':workspace', filesystem: { ...allOf(addDirs, 'write'), ...denied } }
  }
}

/** The name of a sandbox's profile; undefined for one without bounds. */
export function permissionsOf(sandbox: SandboxMode): string | undefined {
  return sandbox === 'danger-full-access' ? undefined : `gateway-${sandbox}`
}

function allOf(paths: readonly string[], access: 'write' | 'deny'): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [path, access]))
}
