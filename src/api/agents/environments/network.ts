import type { Network } from '../../../environments/environment.ts'
import { invalid } from '../../../openai/invalid.ts'
import { unsupported } from '../check-agent.ts'
import type { EnvironmentFields } from './schema.ts'

/** Every host, in the operator's list. */
const any = '*'

const none: Network = { access: 'disabled', allowed_domains: [], blocked_domains: [] }

/** The network that a request asks for, which is none where it asks for nothing. Throws for what the operator does not allow, and for what means nothing. */
export function networkFrom(
  sent: EnvironmentFields['network'],
  param: string,
  hosts: readonly string[],
  template: Network | undefined
): Network {
  if (!sent) return template ?? none
  const { access, allowed_domains: allowed, blocked_domains: blocked } = sent
  const network = { access, allowed_domains: allowed ?? [], blocked_domains: blocked ?? [] }
  checkMeaning(network, param)
  checkAllowed(network, param, hosts)
  if (template && !isWithin(network, template))
    throw invalid('The network may not be wider than that of the template.', `${param}.access`)
  return network
}

function checkMeaning({ access, allowed_domains: allowed, blocked_domains: blocked }: Network, param: string): void {
  if (access !== 'restricted' && allowed.length > 0)
    throw invalid('Domains are allowed only with the access `restricted`.', `${param}.allowed_domains`)
  if (access !== 'restricted' && blocked.length > 0)
    throw invalid('Domains are blocked only with the access `restricted`.', `${param}.blocked_domains`)
  if (access === 'restricted' && allowed.length === 0 && blocked.length === 0)
    throw invalid('The access `restricted` takes domains that are allowed, or blocked.', `${param}.allowed_domains`)
  if (allowed.length > 0 && blocked.length > 0)
    throw invalid('Domains are either allowed or blocked.', `${param}.blocked_domains`)
}

function checkAllowed(
  { access, allowed_domains: allowed, blocked_domains: blocked }: Network,
  param: string,
  hosts: readonly string[]
): void {
  if (access === 'disabled' || hosts.includes(any)) return
  const why = 'The operator does not allow it (CODEX_ENVIRONMENT_HOSTS).'
  if (access === 'enabled') throw unsupported(why, `${param}.access`)
  if (blocked.length > 0) throw unsupported(why, `${param}.blocked_domains`)
  const wrong = allowed.findIndex((host) => !hosts.some((one) => one.toLowerCase() === host))
  if (wrong >= 0) throw unsupported(why, `${param}.allowed_domains[${wrong}]`)
}

/** Whether nothing is reached by one that the other does not reach. */
function isWithin(one: Network, other: Network): boolean {
  if (one.access === 'disabled' || other.access === 'enabled') return true
  if (one.access === 'enabled' || other.access === 'disabled') return false
  if (other.allowed_domains.length > 0)
    return one.allowed_domains.length > 0 && one.allowed_domains.every((host) => other.allowed_domains.includes(host))
  if (one.allowed_domains.length > 0) return !one.allowed_domains.some((host) => other.blocked_domains.includes(host))
  return other.blocked_domains.every((host) => one.blocked_domains.includes(host))
}
