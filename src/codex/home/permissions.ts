import { realpathSync } from 'node:fs'
import type { SandboxMode } from '../../turn/request.ts'
import type { Secrets } from './secrets.ts'
import type { CodexSettings } from './settings.ts'

/** The settings that do what a sandbox does, and more; undefined where the sandbox is enough. */
export type Bounds = (sandbox: SandboxMode) => CodexSettings | undefined

interface BoundsOptions {
  secrets: Secrets
  addDirs: readonly string[]
  /** Whether nothing else hides `secrets.others`. */
  open: () => boolean
}

const bases = { 'read-only': ':read-only', 'workspace-write': ':workspace' }

/**
 * Permission profiles of codex that keep secrets from commands, in place of a sandbox of the same name.
 * They take 70 ms of a turn's start (codex-cli 0.169): there is one only where a secret would lie open.
 */
export function boundsAround({ secrets, addDirs, open }: BoundsOptions): Bounds {
  return (sandbox) => {
    if (sandbox === 'danger-full-access') return undefined
    const logins = existing(secrets.logins)
    if (logins.length === 0 && !open()) return undefined
    const written = sandbox === 'workspace-write' ? addDirs : []
    const filesystem = { ...accessTo(written, 'write'), ...accessTo([...logins, ...existing(secrets.others)], 'deny') }
    const name = `gateway-${sandbox}`
    return { [`permissions.${name}`]: { extends: bases[sandbox], filesystem }, default_permissions: name }
  }
}

/** Canonical, as far as they are there: codex refuses to hide what a link leads to, and what is not there. */
function existing(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    try {
      return [realpathSync(path)]
    } catch {
      return []
    }
  })
}

function accessTo(paths: readonly string[], access: 'write' | 'deny'): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [path, access]))
}
