import { sandboxModes } from './request.ts'
import type { SandboxMode } from './request.ts'

/** The narrower one of two sandboxes. */
export function narrowerSandbox(one: SandboxMode, other: SandboxMode): SandboxMode {
  return sandboxModes.indexOf(one) < sandboxModes.indexOf(other) ? one : other
}

/** Those that allow no more than this one. */
export function sandboxesWithin(widest: SandboxMode): SandboxMode[] {
  return sandboxModes.slice(0, sandboxModes.indexOf(widest) + 1)
}
