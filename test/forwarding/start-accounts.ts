import { openNats } from '../../src/broker/nats.ts'
import { AccountsOfWorkers } from '../../src/forwarding/accounts-of-workers.ts'
import { RemoteAccounts } from '../../src/forwarding/remote-accounts.ts'
import type { Accounts } from '../../src/turn/accounts.ts'
import type { GatewayError } from '../../src/turn/error.ts'
import { toFrontFrom, toWorkerFrom } from '../../src/wire/messages.ts'
import type { ToAccounts } from '../../src/wire/accounts.ts'
import type { Overspent } from '../../src/wire/accounts.ts'
import { connectionTo } from '../support/nats.ts'
import type { Nats } from '../support/nats.ts'

/** A front end's accounts, which note what they are asked. */
export interface NotingFront extends AsyncDisposable {
  id: string
  notes: string[]
  /** Refuses all turns from now on. */
  refusal: GatewayError | undefined
  /** Stops the last turn that was opened. */
  stop: (reason: GatewayError) => void
}

/** Two front ends and a worker, `w1`, which has the threads of all but `elsewhere`. */
export async function startAccounts(nats: Nats) {
  const { subjects, ...connection } = connectionTo(nats, nats.newName())
  const homes = { holder: async (owner: string) => (owner === 'elsewhere' ? 'w2' : 'w1') }
  const there = new Set<string>()
  const start = async (id: string): Promise<NotingFront> => {
    const broker = await openNats({ ...connection, subjects, role: 'f', id })
    const front: NotingFront = {
      ...{ id, notes: [], refusal: undefined, stop: () => {} },
      async [Symbol.asyncDispose]() {
        there.delete(id)
        await accounts[Symbol.asyncDispose]()
        await broker[Symbol.asyncDispose]()
      }
    }
    const accounts = new AccountsOfWorkers({ mail: broker.mail, subjects, homes, accounts: noting(front) })
    broker.mail.listen(subjects.front(id), (message) => accounts.answer(toFrontFrom(message) as ToAccounts))
    there.add(id)
    return front
  }
  const fronts = [await start('f1'), await start('f2')] as const
  const broker = await openNats({ ...connection, subjects, role: 'w', id: 'w1' })
  const sender = () => ({ worker: 'w1', run: 'r1' })
  const remote = new RemoteAccounts({ mail: broker.mail, subjects, sender, frontsFor: () => [...there].sort() })
  broker.mail.listen(subjects.worker('w1'), (message) => remote.stop(toWorkerFrom(message) as Overspent))
  return {
    ...{ fronts, remote },
    async [Symbol.asyncDispose]() {
      for (const front of fronts) if (there.has(front.id)) await front[Symbol.asyncDispose]()
      await broker[Symbol.asyncDispose]()
    }
  }
}

function noting(front: NotingFront): Accounts {
  return {
    refusal: () => undefined,
    async open({ owner, model, input }, engine, stop) {
      if (front.refusal) throw front.refusal
      front.stop = stop
      const [part] = input
      front.notes.push(`open ${owner} ${model} ${engine} ${part?.type === 'text' ? part.text.length : 0}`)
      return {
        note: (event) => void front.notes.push(event.type),
        close: async (end) => void front.notes.push(end.type)
      }
    }
  }
}
