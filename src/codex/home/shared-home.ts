import { chmod, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { instructionFiles } from '../files/instruction-files.ts'
import type { SandboxMode } from '../../turn/request.ts'
import { boundsAround } from './permissions.ts'
import type { CodexSettings } from './settings.ts'
import { linkShared } from './threads-home.ts'
import { tomlFrom } from './toml.ts'

/** What the clients of a shared app-server may do at most. */
export interface Ceiling {
  /** The widest sandbox. */
  sandbox: SandboxMode
  /** Approval policies; the first is the usual one. */
  approvals: readonly string[]
}

export interface SharedHomeOptions {
  /** The CODEX_HOME of the app-server that clients share. */
  path: string
  /** The CODEX_HOME that a user sets up, of which the login and instructions count here too. */
  codexHome: string
  settings: CodexSettings
  ceiling: Ceiling
  /** Canonical paths that exist and that no command may read. */
  denied: readonly string[]
  addDirs: readonly string[]
  /** Commands run on other machines, and never here. */
  elsewhere?: boolean | undefined
}

/** Names of permission profiles in `config.toml`: one for each sandbox that hides what is denied. */
export const profileFor = (sandbox: Exclude<SandboxMode, 'danger-full-access'>): string => `gateway-${sandbox}`

/**
 * Writes what a shared app-server reads when it starts, again each time, and returns the path of its requirements. `config/read`
 * shows clients all of `config.toml`, so it holds no secret.
 */
export async function prepareSharedHome(options: SharedHomeOptions): Promise<{ requirements: string }> {
  const { path, codexHome, ceiling } = options
  const requirements = join(path, 'requirements.toml')
  await linkShared(codexHome, path, ['auth.json', ...instructionFiles, 'rules', 'skills'])
  await writeOver(join(path, 'config.toml'), linesFrom(configOf(options)))
  const environments = join(path, 'environments.toml')
  if (options.elsewhere) await writeOver(environments, linesFrom({ default: 'none', include_local: false }))
  else await rm(environments, { force: true })
  await writeOver(requirements, requirementsOf(ceiling))
  return { requirements }
}

function configOf({ settings, ceiling, denied, addDirs }: SharedHomeOptions): CodexSettings {
  const bounds = boundsAround({ denied: () => denied, addDirs })
  const profiles = { ...bare, ...bounds('read-only'), ...bounds('workspace-write') }
  const usual = ceiling.sandbox === 'read-only' ? 'read-only' : 'workspace-write'
  return {
    ...settings,
    ...forClients,
    approval_policy: ceiling.approvals[0] ?? 'on-request',
    ...profiles,
    default_permissions: profileFor(usual)
  }
}

/** Where nothing is to be hidden, as on another machine. */
const bare: CodexSettings = {
  [`permissions.${profileFor('read-only')}`]: { extends: ':read-only' },
  [`permissions.${profileFor('workspace-write')}`]: { extends: ':workspace' }
}

/** What the TUI has beside what an API's turns have, and what it must not have: plug-ins, apps and hooks run on this machine. */
const forClients: CodexSettings = {
  'features.apps': false,
  'features.plugins': false,
  'features.hooks': false,
  'features.tool_suggest': false,
  'features.skill_search': false
}

function requirementsOf({ sandbox, approvals }: Ceiling): string {
  const sandboxes = ['read-only', 'workspace-write', 'danger-full-access'].slice(0, widths[sandbox])
  const allowed = { allowed_sandbox_modes: sandboxes, allowed_approval_policies: [...approvals] }
  return `${linesFrom(allowed)}[mcp_servers]\n` // an empty table: no server may start
}

const widths: Record<SandboxMode, number> = { 'read-only': 1, 'workspace-write': 2, 'danger-full-access': 3 }

const linesFrom = (settings: CodexSettings) =>
  Object.entries(settings)
    .map(([key, value]) => `${key} = ${tomlFrom(value)}\n`)
    .join('')

/** Nobody reads half of it. */
async function writeOver(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}`
  await writeFile(draft, text, { mode: 0o600 })
  await chmod(draft, 0o600)
  await rename(draft, path)
}
