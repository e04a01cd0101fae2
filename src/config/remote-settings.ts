import { absoluteUrl, approvalPolicies, choice, flag, integer, optionalText } from './parse.ts'
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
  CODEX_WORKSPACE_RUNS: setting(
    'here',
    choice(['here', 'executors']),
    'Where commands of TUIs run: on this machine (`here`), or only on `executors`, other machines that connect. A workspace may have its own (`runs`).'
  ),
  CODEX_EXECUTOR_HOLD_SECONDS: setting(
    '5',
    integer(0, 60),
    'Seconds that Codex waits for an executor that was connected a moment ago.'
  ),
  CODEX_PUBLIC_URL: setting(
    '',
    optionalText.refine(absoluteUrl, 'must be an http or https URL'),
    'How executors reach the gateway, such as `https://gateway.example`, where a proxy in front of it ends TLS.'
  ),
  CODEX_WORKSPACE_CLIENTS: setting('8', integer(1, 1_000), 'TUIs that one workspace may have at once.')
}
