import { afterAll, beforeAll } from 'vitest'
import { needing } from '../../support/left-out.ts'
import { overBroker } from '../../support/machines.ts'
import { natsServer, startNats } from '../../support/nats.ts'
import type { Nats } from '../../support/nats.ts'
import { says } from '../../support/upstream/answer.ts'
import { startAppServer } from '../app-server/rig.ts'
import { engineContract } from '../contract.ts'
import { startExec } from '../exec/rig.ts'

needing('nats-server', natsServer !== undefined, () => {
  let nats: Nats
  beforeAll(async () => {
    nats = await startNats()
  })
  afterAll(() => nats[Symbol.asyncDispose]())

  engineContract('brokered exec', async () => overBroker(nats, await startExec()))
  engineContract('brokered app-server', async () =>
    overBroker(nats, await startAppServer({ answer: says('Hello', ' from', ' upstream.') }))
  )
})
