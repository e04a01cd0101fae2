import type { Subjects } from '../wire/subjects.ts'
import type { Broker } from './broker.ts'
import { connectTo } from './connect.ts'
import type { BrokerAddress } from './connect.ts'
import { NatsLine } from './line.ts'
import { NatsMail } from './mail.ts'

export interface BrokerOptions {
  address: BrokerAddress
  subjects: Subjects
  replicas: number
  /** `f` for a front end, `w` for a worker: permissions tell them apart by it. */
  role: 'f' | 'w'
  id: string
}

/** NATS as the broker. Throws a `GatewayError` where it cannot be reached. */
export async function openNats({ address, subjects, replicas, role, id }: BrokerOptions): Promise<Broker> {
  const inbox = `_INBOX_${role}.${id}`
  const connection = await connectTo(address, { name: `codex-gateway ${role} ${id}`, inbox })
  return {
    mail: new NatsMail(connection),
    line: new NatsLine(connection, { subjects, replicas, inbox }),
    [Symbol.asyncDispose]: () => connection.close()
  }
}
