import { createHash } from 'node:crypto'
import type { Check } from '../api/health/api.ts'
import type { Broker } from '../broker/broker.ts'
import { openNats } from '../broker/nats.ts'
import { ConfigError } from '../config/config.ts'
import type { Config } from '../config/config.ts'
import { subjectsFor } from '../wire/subjects.ts'
import type { Subjects } from '../wire/subjects.ts'

/** The broker of the settings, and what things are called in it. */
export interface OpenBroker extends AsyncDisposable {
  broker: Broker
  subjects: Subjects
}

/** Connects. Throws where the settings name no broker, and where it cannot be used. */
export async function openBroker(config: Config, role: 'f' | 'w', id: string): Promise<OpenBroker> {
  const { CODEX_NATS_URL: url, CODEX_NATS_CREDS: creds, CODEX_NATS_CA: ca, CODEX_NATS_REPLICAS: replicas } = config
  if (!url) throw new ConfigError(['CODEX_NATS_URL must be set: it names the broker between front ends and workers'])
  const subjects = subjectsFor(config.CODEX_NATS_NAME)
  const { servers, user, password, tls } = url
  const address = { servers, user, password, tls, creds: creds?.text, ca: ca?.text }
  const ageMs = Math.max(config.CODEX_THREAD_TTL_HOURS, 1) * 3_600_000
  const broker = await openNats({ address, subjects, replicas, role, id, ageMs })
  return { broker, subjects, [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose]() }
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
