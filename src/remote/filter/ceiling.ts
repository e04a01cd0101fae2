import { profileFor } from '../../codex/home/shared-home.ts'
import { sandboxModes } from '../../turn/request.ts'
import type { SandboxMode } from '../../turn/request.ts'
import { narrowerSandbox } from '../../turn/sandbox.ts'
import { Refused } from './context.ts'
import type { FilterContext } from './context.ts'
import { isJsonObject } from '../../turn/json-object.ts'
import type { JsonObject } from '../../turn/json-object.ts'

/** What codex (0.169) calls each sandbox, by the field in which it stands. */
const policies: Readonly<Record<string, SandboxMode>> = {
  readOnly: 'read-only',
  workspaceWrite: 'workspace-write',
  dangerFullAccess: 'danger-full-access'
}
const builtIn: Readonly<Record<string, SandboxMode>> = {
  ':read-only': 'read-only',
  ':workspace': 'workspace-write',
  ':danger-full-access': 'danger-full-access'
}
const fullAccess = ':danger-full-access'

/** The permission profile of `config.toml` that does what a sandbox does, and hides what is secret. */
export function permissionsFor(sandbox: SandboxMode): string {
  return sandbox === 'danger-full-access' ? fullAccess : profileFor(sandbox)
}

/** Codex's own name for one of the gateway's profiles, which is what clients know. */
export function builtInName(profile: unknown): unknown {
  return Object.entries(builtIn).find(([, sandbox]) => permissionsFor(sandbox) === profile)?.[0] ?? profile
}

/** What one of codex's own permission profiles does. */
export function sandboxOf(profile: unknown): SandboxMode | undefined {
  return typeof profile === 'string' && Object.hasOwn(builtIn, profile) ? builtIn[profile] : undefined
}

/** The sandbox that a client asks for, in one of three ways, the widest of them; undefined where it asks for none, `'unknown'` for something else. */
function askedSandbox({ sandbox, sandboxPolicy, permissions }: JsonObject): SandboxMode | 'unknown' | undefined {
  const asked = [
    ...given(sandbox).map((mode) => sandboxModes.find((one) => one === mode) ?? 'unknown'),
    ...given(sandboxPolicy).map(fromPolicy),
    ...given(permissions).map(fromProfile)
  ]
  const known = asked.filter((one) => one !== 'unknown')
  if (known.length < asked.length) return 'unknown'
  return sandboxModes.findLast((mode) => known.includes(mode))
}

const given = (value: unknown): unknown[] => (value === undefined || value === null ? [] : [value])

function fromProfile(name: unknown): SandboxMode | 'unknown' {
  const own = sandboxModes.find((sandbox) => permissionsFor(sandbox) === name)
  return own ?? sandboxOf(name) ?? 'unknown'
}

/** A policy that opens the network is wider than any that is offered. */
function fromPolicy(policy: unknown): SandboxMode | 'unknown' {
  if (!isJsonObject(policy)) return 'unknown'
  const { type, networkAccess = false } = policy
  const known = typeof type === 'string' && Object.hasOwn(policies, type) ? policies[type]! : 'unknown'
  return known !== 'danger-full-access' && networkAccess !== false && networkAccess !== 'restricted' ? 'unknown' : known
}

const isWithin = (sandbox: SandboxMode, widest: SandboxMode) => narrowerSandbox(sandbox, widest) === sandbox

/** For what starts, resumes or forks a thread: a refusal would end the TUI, so that what is too wide is narrowed. The answer says to what. */
export function lowered(params: JsonObject, context: FilterContext): JsonObject {
  const { sandbox: _sandbox, permissions: _permissions, approvalPolicy, ...others } = params
  const asked = askedSandbox(params)
  const sandbox = asked === 'unknown' ? 'read-only' : asked && narrowerSandbox(asked, context.sandbox)
  return {
    ...others,
    ...(sandbox !== undefined && { permissions: permissionsFor(sandbox) }),
    ...(approvalPolicy !== undefined &&
      approvalPolicy !== null && {
        approvalPolicy: isAllowed(approvalPolicy, context) ? approvalPolicy : context.approvals[0]
      })
  }
}

/** For what changes a thread or starts a turn: what is too wide is refused. Throws `Refused`. */
export function bounded(params: JsonObject, context: FilterContext): JsonObject {
  const { sandboxPolicy: _policy, permissions: _permissions, ...others } = params
  const { approvalPolicy } = params
  if (approvalPolicy !== undefined && approvalPolicy !== null && !isAllowed(approvalPolicy, context))
    throw new Refused(
      `The approval policy ${JSON.stringify(approvalPolicy)} is not allowed here; ${context.approvals.join(' and ')} would be.`
    )
  const asked = askedSandbox(params)
  if (asked === undefined) return others
  if (asked === 'unknown' || !isWithin(asked, context.sandbox))
    throw new Refused(`This gateway allows at most the sandbox ${context.sandbox} here, without network access.`)
  return { ...others, permissions: permissionsFor(asked) }
}

const isAllowed = (policy: unknown, { approvals }: FilterContext) => approvals.some((one) => one === policy)
