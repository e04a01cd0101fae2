import { headers, PermissionViolationError } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import { frontBeatFrom, workerBeatFrom } from '../wire/messages.ts'
import type { FrontBeat, WorkerBeat } from '../wire/messages.ts'
import type { Subjects } from '../wire/subjects.ts'
import { connectTo } from './connect.ts'
import { parsedMessage } from './mail.ts'
import type { BrokerAddress } from './address.ts'
import { forbiddenTo, neededBy } from './roles.ts'
import type { Role, RoleSubjects } from './roles.ts'

/** What a broker is like for one role. */
export interface BrokerFacts {
  /** Of the server: `2.15.2`. */
  version: string
  hasJetStream: boolean
  /** Whether the connection is encrypted. */
  isEncrypted: boolean
  /** Whether the server asks who connects. */
  knowsUsers: boolean
  /** What the role needs and is refused, and what it is not refused though it is the other role's: `publish cg.v1.all`. */
  missing: string[]
  excessive: string[]
  /** Who gave a sign of life meanwhile. */
  workers: WorkerBeat[]
  fronts: FrontBeat[]
}

export interface InspectOptions {
  address: BrokerAddress
  subjects: Subjects
  role: Role
  /** Of nobody else: messages go to subjects of this id, where nobody listens. */
  id: string
  /** Milliseconds to wait for signs of life of others, which come every second. */
  listenMs: number
}

/**
 * Connects as a role does and tries what it may do. Whatever it publishes is empty, and of a kind that no stream stores and no
 * reader accepts. Throws a `GatewayError` where it cannot connect.
 */
export async function inspectNats({ address, subjects, role, id, listenMs }: InspectOptions): Promise<BrokerFacts> {
  const connection = await connectTo(address, { name: `codex-gateway doctor ${id}`, inbox: `_INBOX_${role}.${id}` })
  try {
    const { version = '', jetstream = false, tls_required, auth_required } = connection.info ?? {}
    const needed = neededBy(role, subjects, id)
    const forbidden = forbiddenTo(role, subjects, id)
    const others = listenForOthers(connection, subjects)
    const refused = await refusedOf(connection, [needed, forbidden])
    await new Promise((resolve) => setTimeout(resolve, listenMs))
    return {
      ...{ version, hasJetStream: jetstream, isEncrypted: address.tls || tls_required === true },
      knowsUsers: auth_required === true,
      missing: namesIn(needed).filter((name) => refused.has(name)),
      excessive: namesIn(forbidden).filter((name) => !refused.has(name)),
      ...{ workers: [...others.workers.values()], fronts: [...others.fronts.values()] }
    }
  } finally {
    await connection.close()
  }
}

const namesIn = ({ publish, subscribe }: RoleSubjects) => [
  ...publish.map((subject) => `publish ${subject}`),
  ...subscribe.map((subject) => `subscription ${subject}`)
]

function listenForOthers(connection: NatsConnection, { workerBeats, frontBeats }: Subjects) {
  const workers = new Map<string, WorkerBeat>()
  const fronts = new Map<string, FrontBeat>()
  const listen = (subject: string, note: (message: unknown) => void) =>
    connection.subscribe(subject, { callback: (error, message) => void (error ?? note(parsedMessage(message))) })
  listen(workerBeats, (message) => {
    const beat = workerBeatFrom(message)
    if (beat) workers.set(beat.worker, beat)
  })
  listen(frontBeats, (message) => {
    const beat = frontBeatFrom(message)
    if (beat) fronts.set(beat.front, beat)
  })
  return { workers, fronts }
}

/** The server says what it refuses before it answers a ping, and says nothing of what it allows. */
async function refusedOf(connection: NatsConnection, all: readonly RoleSubjects[]): Promise<Set<string>> {
  const refused = new Set<string>()
  const status = connection.status()
  void (async () => {
    for await (const { type, ...event } of status)
      if (type === 'error' && 'error' in event && event.error instanceof PermissionViolationError)
        refused.add(`${event.error.operation} ${event.error.subject}`)
  })()
  const nowhere = headers()
  nowhere.set('Nats-Expected-Stream', 'none') // a stream does not store it
  for (const { publish, subscribe } of all) {
    for (const subject of publish) connection.publish(subject, '', { headers: nowhere })
    for (const subject of subscribe) connection.subscribe(subject, { callback: () => {} })
  }
  await connection.flush()
  await new Promise((resolve) => setImmediate(resolve)) // the iterator hands them on one by one
  return refused
}
