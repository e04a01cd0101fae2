import { createHash, randomBytes } from 'node:crypto'
import type { Check } from '../api/health/api.ts'
import type { Broker } from '../broker/broker.ts'
import type { BrokerAddress } from '../broker/address.ts'
import { inspectNats } from '../broker/inspect.ts'
import type { BrokerFacts } from '../broker/inspect.ts'
import { openNats } from '../broker/nats.ts'
import type { Role } from '../broker/roles.ts'
import { ConfigError } from '../config/config.ts'
import type { Config } from '../config/config.ts'
import { subjectsFor } from '../wire/subjects.ts'
import type { Subjects } from '../wire/subjects.ts'
import { times } from '../wire/times.ts'

/** Hours: each day the ledger's days are sent again for those who come later. */
const ledgerHours = 48

/** The broker of the settings, and what things are called in it. */
export interface OpenBroker extends AsyncDisposable {
  broker: Broker
  subjects: Subjects
}

/** Connects. Throws where the settings name no broker, and where it cannot be used. */
export async function openBroker(config: Config, role: Role, id: string): Promise<OpenBroker> {
  const { address, subjects } = brokerOf(config)
  const { CODEX_NATS_REPLICAS: replicas, CODEX_THREAD_TTL_HOURS: threads, CODEX_TASK_TTL_HOURS: tasks } = config
  const ageMs = Math.max(threads, tasks, ledgerHours) * 3_600_000
  const broker = await openNats({ address, subjects, replicas, role, id, ageMs })
  return { broker, subjects, [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose]() }
}

/** What the broker is like for a role, to be told to its operator. Throws as `openBroker` does. */
export async function inspectBroker(config: Config, role: Role): Promise<BrokerFacts> {
  const id = `doctor_${randomBytes(4).toString('hex')}`
  return inspectNats({ ...brokerOf(config), role, id, listenMs: times.ping })
}

function brokerOf(config: Config): { address: BrokerAddress; subjects: Subjects } {
  const { CODEX_NATS_URL: url, CODEX_NATS_CREDS: creds, CODEX_NATS_CA: ca, CODEX_NATS_NAME: name } = config
  if (!url) throw new ConfigError(['CODEX_NATS_URL must be set: it names the broker between front ends and workers'])
  const { servers, user, password, tls } = url
  return { address: { servers, user, password, tls, creds: creds?.text, ca: ca?.text }, subjects: subjectsFor(name) }
}

/** A hash of the settings that front ends and workers should have in common, so that it shows where they differ. */
export function agreementOf(config: Config): string {
  const shared = [
    config.CODEX_ENGINE,
    config.CODEX_MODEL,
    config.CODEX_MODEL_REASONING_EFFORT,
    config.CODEX_PROFILE,
    config.CODEX_TIMEOUT_SECONDS,
    config.CODEX_THREAD_TTL_HOURS
  ]
  return createHash('sha256').update(JSON.stringify(shared)).digest('hex').slice(0, 16)
}

export function brokerCheck({ mail }: Broker): Check {
  const message = mail.isUp ? 'the broker is connected' : 'the broker cannot be reached; it is tried again all the time'
  return { name: 'broker', ok: mail.isUp, message }
}
