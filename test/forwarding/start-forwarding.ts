import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { openNats } from '../../src/broker/nats.ts'
import { Exchanges } from '../../src/forwarding/exchanges.ts'
import { forwarder } from '../../src/forwarding/forward.ts'
import { Homes } from '../../src/forwarding/homes.ts'
import type { Operation } from '../../src/http/api.ts'
import { toWorkerFrom } from '../../src/wire/messages.ts'
import type { ToExchange } from '../../src/wire/exchange.ts'
import { startGateway } from '../app/start-gateway.ts'
import type { StartedGateway } from '../app/start-gateway.ts'
import { connectionTo, startNats } from '../support/nats.ts'

/** A front end whose requests to `/{+rest}` a worker answers that may do anything, over a real broker. */
export interface Forwarding extends AsyncDisposable {
  front: StartedGateway
  /** What the worker does from now on. */
  answerWith: (listener: RequestListener) => void
  /** The worker loses all that it is at, as if it were another process of the same name. */
  forget: () => void
}

export async function startForwarding(): Promise<Forwarding> {
  const nats = await startNats()
  const { subjects, ...connection } = connectionTo(nats, nats.newName())
  const frontBroker = await openNats({ ...connection, subjects, role: 'f', id: 'f1' })
  const workerBroker = await openNats({ ...connection, subjects, role: 'w', id: 'w1' })
  let listener: RequestListener = (_, res) => res.end()
  const server = createServer((req, res) => listener(req, res))
  const started = () => {
    const exchanges = new Exchanges(workerBroker.mail)
    exchanges.serve(server)
    return exchanges
  }
  let exchanges = started()
  workerBroker.mail.listen(subjects.worker('w1'), (message) => exchanges.answer(toWorkerFrom(message) as ToExchange))
  const beat = { worker: 'w1', run: 'r', slots: 1, active: 0, draining: false, ready: true, serves: true }
  const homes = new Homes({
    claims: frontBroker.homes,
    usable: () => [{ ...beat, version: 'test', agrees: 'test' }],
    isGone: () => false
  })
  const handle = forwarder({ front: 'f1', mail: frontBroker.mail, subjects, homes })
  const operation = (method: Operation['method']): Operation => ({
    ...{ method, path: '/{+rest}', summary: '', answer: 'text/plain', handle }
  })
  const operations = (['get', 'post', 'delete'] as const).map(operation)
  const front = await startGateway({ apis: () => [{ operations }] })
  return {
    front,
    answerWith: (next) => void (listener = next),
    forget() {
      exchanges[Symbol.dispose]()
      exchanges = started()
    },
    async [Symbol.asyncDispose]() {
      await front[Symbol.asyncDispose]()
      exchanges[Symbol.dispose]()
      await Promise.all([frontBroker, workerBroker].map((broker) => broker[Symbol.asyncDispose]()))
      await nats[Symbol.asyncDispose]()
    }
  }
}
