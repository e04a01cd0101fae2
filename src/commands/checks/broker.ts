import { agreementOf, inspectBroker } from '../../app/broker.ts'
import type { BrokerFacts } from '../../broker/inspect.ts'
import type { Config } from '../../config/config.ts'
import { isLoopback } from '../../config/config.ts'
import { GatewayError } from '../../turn/error.ts'
import { fail, pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'

export type MachineRole = 'front end' | 'worker'

const deployed = 'scripts/deploy/nats.conf has the permissions of both roles.'

/** Whether the broker can be used, as this role uses it, and who else uses it. Ends at the first thing without which there is no more to see. */
export async function* brokerFindings(config: Config, role: MachineRole): AsyncGenerator<Finding> {
  const facts = await inspectBroker(config, role === 'worker' ? 'w' : 'f').catch((error: unknown) => {
    if (error instanceof GatewayError) return error
    throw error
  })
  if (facts instanceof GatewayError) {
    yield fail(facts.message)
    return
  }
  const servers = config.CODEX_NATS_URL?.servers.join(', ')
  yield pass(`the broker answers: NATS ${facts.version} at ${servers}`)
  yield versionFinding(facts)
  yield facts.hasJetStream
    ? pass('JetStream is on')
    : fail('JetStream is off: there is no queue', 'Start nats-server with -js, or with a jetstream block in its file.')
  yield encryptionFinding(config, facts)
  yield permissionFinding(config, facts, role)
  yield role === 'worker' ? frontEndFinding(config, facts) : workerFinding(config, facts)
}

function versionFinding({ version }: BrokerFacts): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 2 || (major === 2 && minor >= 9)
    ? pass(`its version is new enough`)
    : fail(`NATS ${version} is too old`, 'Install nats-server 2.9 or newer.')
}

function encryptionFinding({ CODEX_NATS_URL: nats }: Config, { isEncrypted }: BrokerFacts): Finding {
  if (isEncrypted) return pass('the connection is encrypted')
  if (nats?.hosts.every(isLoopback)) return pass('the connection is not encrypted, and does not leave this machine')
  return warn(
    'the connection is not encrypted: who can read the network reads prompts and answers',
    'Give the server a certificate and write tls:// in CODEX_NATS_URL, unless the network is yours alone.'
  )
}

function permissionFinding({ CODEX_NATS_URL: nats }: Config, facts: BrokerFacts, role: MachineRole): Finding {
  const { missing, excessive, knowsUsers } = facts
  if (missing.length > 0)
    return fail(
      `the broker refuses what a ${role} does: ${missing.join(', ')}`,
      `${deployed} Are the names those of CODEX_NATS_NAME?`
    )
  if (!knowsUsers)
    return (nats?.hosts.every(isLoopback) ? warn : fail)('the broker lets everybody do everything', deployed)
  if (excessive.length > 0)
    return fail(`these credentials may do what a ${role} must not: ${excessive.join(', ')}`, deployed)
  return pass(`these credentials are a ${role}’s: they allow what it does and refuse what is the other role’s`)
}

function workerFinding(config: Config, { workers }: BrokerFacts): Finding {
  const usable = workers.filter(({ ready, draining }) => ready && !draining)
  if (usable.length === 0) {
    const [problem] = workers.flatMap((beat) => (beat.problem === undefined ? [] : `${beat.worker}: ${beat.problem}`))
    return fail(
      problem === undefined ? 'no worker is there' : `no worker is ready: ${problem}`,
      'Start `codex-gateway worker`.'
    )
  }
  const others = usable.filter(({ agrees }) => agrees !== agreementOf(config)).map(({ worker }) => worker)
  if (others.length > 0) return warn(`workers with other settings than this front end: ${others.join(', ')}`, shared)
  const versions = [...new Set(usable.map(({ codex }) => codex ?? 'of unknown version'))]
  return pass(`${usable.length} of ${workers.length} workers take turns, with codex ${versions.join(', ')}`)
}

function frontEndFinding(config: Config, { fronts }: BrokerFacts): Finding {
  if (fronts.length === 0)
    return warn('no front end is there: nobody has turns for this worker', 'Start `codex-gateway serve`.')
  const others = fronts.filter(({ agrees }) => agrees !== agreementOf(config)).length
  if (others > 0) return warn(`${others} of ${fronts.length} front ends have other settings than this worker`, shared)
  return pass(`${fronts.length} front ends are there`)
}

const shared = 'docs/machines.md lists the settings that should be the same.'
