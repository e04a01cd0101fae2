import { approvalPolicies, choice, flag, integer } from './parse.ts'
import { setting } from './setting.ts'
import { sandboxModes } from '../turn/request.ts'

/** The settings about the Codex TUI through the gateway, in the order in which people read about them. */
export const remoteSettings = {
  CODEX_REMOTE: setting(
    '0',
    flag,
    'Let the Codex TUI in: `codex --remote ws://HOST:PORT`. Needs a token, on a loopback address too. See docs/remote.md.'
  ),
  CODEX_REMOTE_SANDBOX: setting(
    'workspace-write',
    choice(sandboxModes),
    'The widest sandbox that a TUI may choose; a workspace that has a `sandbox` of its own may narrow it.'
  ),
  CODEX_REMOTE_APPROVALS: setting(
    'on-request',
    approvalPolicies,
    'The approval policies that a TUI may choose, separated by commas, the usual one first: on-request, never. What a person at a TUI approves runs outside of the sandbox.'
  ),
  CODEX_WORKSPACE_CLIENTS: setting('8', integer(1, 1_000), 'TUIs that one workspace may have at once.')
}
