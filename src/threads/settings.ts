import { z } from 'zod'
import { sandboxesWithin } from '../turn/sandbox.ts'
import { efforts, profileNames, sandboxModes, verbosities } from '../turn/request.ts'
import type { SandboxMode } from '../turn/request.ts'
import { GatewayError } from '../turn/error.ts'
import { threadFunction } from './functions.ts'

export const approvalPolicies = ['never', 'on-request'] as const
export const summaries = ['auto', 'concise', 'detailed', 'none'] as const

const webSearch = z.object({
  live: z.boolean(),
  contextSize: z.enum(['low', 'medium', 'high']).optional(),
  domains: z.array(z.string()).optional(),
  location: z.record(z.string(), z.string()).optional()
})

/** Folders outside of the workspace's, which only the gateway makes. Paths are canonical. */
const ownPlace = z.object({
  name: z.string(),
  /** Where the turns work. */
  cwd: z.string(),
  /** What commands may write, and nothing else. */
  folders: z.array(z.string()),
  network: z.union([z.literal('open'), z.record(z.string(), z.enum(['allow', 'deny']))]).optional(),
  /** More variables of commands. */
  env: z.record(z.string(), z.string())
})

/** What was chosen for a thread and its coming turns, within the bounds of its workspace. What is left out is the workspace's. */
export const threadSettings = z.object({
  /** As codex knows it. */
  model: z.string().optional(),
  effort: z.enum(efforts).optional(),
  profile: z.enum(profileNames).optional(),
  summary: z.enum(summaries).optional(),
  sandbox: z.enum(sandboxModes).optional(),
  approvalPolicy: z.enum(approvalPolicies).optional(),
  /** Where its turns work: a path below the workspace's folder. */
  cwd: z.string().optional(),
  /** Or a place of its own, in place of the workspace's folder and sandbox. */
  place: ownPlace.optional(),
  /** Instructions beside codex's own. */
  instructions: z.string().optional(),
  verbosity: z.enum(verbosities).optional(),
  serviceTier: z.enum(['flex', 'priority']).optional(),
  webSearch: webSearch.optional(),
  /** Who is asked before a tool of an MCP server acts, where codex would ask: a client, or a reviewer of codex's own. */
  approvals: z.enum(['client', 'reviewer']).optional(),
  /** Functions that a client answers. They cannot change in a thread (codex-cli 0.169). */
  functions: z.array(threadFunction).optional(),
  /** The model may have others work for it. */
  team: z.boolean().optional(),
  /** Settings of codex that hold over all others. Only the gateway makes them. */
  config: z.record(z.string(), z.unknown()).optional(),
  /** None of the servers that the home of codex names. */
  withoutServers: z.boolean().optional()
})

export type ThreadSettings = z.output<typeof threadSettings>

/** Throws where `asked` allows more than `ceiling`. */
export function checkSandbox(asked: SandboxMode, ceiling: SandboxMode, param: string): void {
  const allowed = sandboxesWithin(ceiling)
  if (allowed.includes(asked)) return
  throw new GatewayError(
    'invalid_request',
    `Invalid value for '${param}': it allows more than this workspace does; supported values are ${allowed.map((mode) => `'${mode}'`).join(', ')}.`,
    { param }
  )
}
