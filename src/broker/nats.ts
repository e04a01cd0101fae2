import type { Subjects } from '../wire/subjects.ts'
import type { Broker } from './broker.ts'
import { connectTo } from './connect.ts'
import type { BrokerAddress } from './address.ts'
import { NatsClaims } from './claims.ts'
import { NatsJournal } from './journal.ts'
import { NatsLine } from './line.ts'
import { NatsMail } from './mail.ts'
import { NatsPermits } from './permits.ts'
import type { Role } from './roles.ts'

export interface BrokerOptions {
  address: BrokerAddress
  subjects: Subjects
  replicas: number
  role: Role
  id: string
  /** Milliseconds that what front ends store stays in the broker; a day when left out. */
  ageMs?: number | undefined
}

/** NATS as the broker. Throws a `GatewayError` where it cannot be reached. */
export async function openNats({
  address,
  subjects,
  replicas,
  role,
  id,
  ageMs = 86_400_000
}: BrokerOptions): Promise<Broker> {
  const inbox = `_INBOX_${role}.${id}`
  const connection = await connectTo(address, { name: `codex-gateway ${role} ${id}`, inbox })
  const mail = new NatsMail(connection)
  const stored = { subjects, replicas, ageMs, bytes: 1_073_741_824, maxChars: () => mail.maxChars }
  return {
    mail,
    journal: new NatsJournal(connection, stored),
    claims: new NatsClaims(connection, {
      ...{ name: subjects.named('claims'), subjects: subjects.claims, subject: (key) => subjects.claim(key) },
      ...{ replicas, ageMs }
    }),
    homes: new NatsClaims(connection, {
      ...{ name: subjects.named('homes'), subjects: subjects.homes, subject: (owner) => subjects.home(owner) },
      ...{ replicas, ageMs: 0 }
    }),
    places: new NatsPermits(connection, { ...subjects.permits('place'), replicas, holder: id }),
    shares: new NatsPermits(connection, { ...subjects.permits('share'), replicas, holder: id }),
    line: new NatsLine(connection, { subjects, replicas, inbox }),
    [Symbol.asyncDispose]: () => connection.close()
  }
}
