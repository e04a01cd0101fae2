import { GatewayError } from '../turn/error.ts'
import type { SandboxMode } from '../turn/request.ts'
import { narrowerSandbox, sandboxesWithin } from '../turn/sandbox.ts'
import type { OfferedWorkspace } from './workspaces.ts'

export const sandboxHeader = 'x-codex-sandbox'
export const folderHeader = 'x-codex-folder'

/** How a request asks for less than its workspace allows. */
export interface Narrowing {
  /** The value of `sandboxHeader`. */
  sandbox?: string | undefined
  /** The value of `folderHeader`: UTF-8 in the bytes of the header. */
  folder?: string | undefined
}

/** What a turn may do, and where below the folder of its workspace. What is left out is the workspace's. */
export interface Narrowed {
  sandbox?: SandboxMode | undefined
  folder?: string | undefined
}

/** Throws a 400 that says what is allowed. `usual`: the sandbox that the turn has by its model, if it has one. */
export function narrowed(
  { sandbox, folder }: Narrowing,
  usual: SandboxMode | undefined,
  workspace: OfferedWorkspace
): Narrowed {
  const widest = widestFor(usual, workspace)
  return {
    sandbox: sandbox === undefined ? usual && widest : sandboxFrom(sandbox, widest),
    folder: folder === undefined ? undefined : folderFrom(folder)
  }
}

function widestFor(usual: SandboxMode | undefined, { sandbox, widestSandbox }: OfferedWorkspace): SandboxMode {
  const own = usual ?? sandbox
  return widestSandbox === undefined ? own : narrowerSandbox(own, widestSandbox)
}

function sandboxFrom(asked: string, widest: SandboxMode): SandboxMode {
  const allowed = sandboxesWithin(widest)
  const found = allowed.find((mode) => mode === asked)
  if (found !== undefined) return found
  const values = allowed.map((mode) => `'${mode}'`).join(', ')
  throw new GatewayError('invalid_request', `Invalid value for '${sandboxHeader}': supported values are ${values}.`, {
    param: sandboxHeader
  })
}

/** A path below the folder of the workspace. Whether it is there, and no link leads elsewhere, is checked where codex runs. */
function folderFrom(header: string): string {
  const path = Buffer.from(header, 'latin1').toString()
  const parts = path.split('/')
  if (path !== '' && !path.startsWith('/') && !parts.includes('..') && !path.includes('\0')) return path
  throw new GatewayError(
    'invalid_request',
    `Invalid value for '${folderHeader}': expected a path below the folder of the workspace, without '..'.`,
    { param: folderHeader }
  )
}
