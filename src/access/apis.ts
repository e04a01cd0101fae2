import { GatewayError } from '../turn/error.ts'
import type { Principal } from './principal.ts'

/** What only tells of the gateway and of the caller: open to every key. */
const always = new Set(
  [
    '',
    'models',
    'usage',
    'key',
    'capabilities',
    'workspaces',
    'healthz',
    'health',
    'ready',
    'readyz',
    'openapi.json',
    'docs'
  ].concat(['login', 'logout', 'assets', 'favicon.ico'])
)

/** What a key may be restricted to. */
export const keyApis = [
  ...(['chat', 'responses', 'threads', 'sessions', 'agents', 'tasks'] as const),
  ...(['messages', 'webhooks', 'metrics', 'organization', 'keys', 'limits', 'remote'] as const)
] as const

/** APIs by the first part of a path, where they are not called so. */
const apiNames: Readonly<Record<string, string>> = {
  completions: 'chat',
  conversations: 'responses',
  thread: 'threads',
  turn: 'threads',
  turns: 'threads',
  review: 'threads',
  skills: 'threads',
  'permission-profiles': 'threads',
  account: 'threads',
  vaults: 'agents',
  files: 'agents',
  brain: 'tasks',
  webhook_endpoints: 'webhooks',
  webhook_event_types: 'webhooks'
}

/** The API that a path belongs to, without a prefix: `chat`; undefined for what every key may ask. */
export function apiOf(path: string): string | undefined {
  if (path === '/api/turns') return 'remote' // in the threads of its clients; what is below it is of the threads API
  const [, first = '', second = ''] = path.split('/')
  const name = first === 'api' ? second : first
  return always.has(name) ? undefined : (apiNames[name] ?? name)
}

/** The refusal of a path that the key of this principal is not for. */
export function apiRefusal({ key }: Principal, path: string): GatewayError | undefined {
  const api = key?.apis && apiOf(path)
  if (api === undefined || key?.apis?.includes(api)) return undefined
  const allowed = key?.apis?.join(', ')
  return new GatewayError('forbidden', `This API key is for these APIs alone: ${allowed}. It may not use '${api}'.`, {
    reason: 'insufficient_scope'
  })
}
