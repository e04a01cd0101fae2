// A process: two gateways with the app-server engine, of which one accounts for its turns. Arguments: the environments of both, as JSON.
// To `N deltas` it sends the milliseconds of the processor that accounting takes a turn, N at once.
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCodex } from '../../src/app/codex.ts'
import { createGateway } from '../../src/app/gateway.ts'
import { storeFor } from '../../src/app/storage.ts'
import { configFrom } from '../../src/config/config.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { cost } from '../ledger/cost.ts'

type Environment = Record<string, string>

async function started(env: Environment, isCounted: boolean) {
  const config = configFrom(env)
  const store = storeFor(config)
  const codex = await openCodex(config, env, { ...(isCounted && { store }) })
  const gateway = createGateway({ ...codex, config, store, log: createLog({ level: 'silent' }) })
  gateway.server.listen(0, '127.0.0.1')
  await once(gateway.server, 'listening')
  const end = async () => {
    await gateway.stop()
    await codex[Symbol.asyncDispose]()
    store[Symbol.dispose]()
  }
  return { url: `http://127.0.0.1:${(gateway.server.address() as AddressInfo).port}`, end }
}

const [counted, plain] = process.argv.slice(2).map((text) => JSON.parse(text) as Environment)
const gateways = [await started(counted ?? {}, true), await started(plain ?? {}, false)]
process.on('message', (atOnce: string) => {
  const folder = mkdtempSync(join(counted?.['HOME'] ?? tmpdir(), 'cost-'))
  void cost(folder, { turns: 2_000, atOnce: Number(atOnce), deltas: 10 }).then((us) => process.send?.(us / 1000))
})
process.once('disconnect', () => void Promise.all(gateways.map(({ end }) => end())).then(() => process.exit()))
process.send?.({ counted: gateways[0]?.url, plain: gateways[1]?.url })
