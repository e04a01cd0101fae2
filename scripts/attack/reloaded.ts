import { setTimeout as sleep } from 'node:timers/promises'
import type { AttackedGateway } from './gateway.ts'

/** Milliseconds in which a gateway has answered a signal, however busy the machine is. */
const patience = 30_000

/** Sends SIGHUP, and waits for the log to name the outcome. */
export async function reloaded(gateway: AttackedGateway): Promise<void> {
  const reloads = async () =>
    (await gateway.log()).split('\n').filter((line) => / reloaded"|"reload failed/.test(line)).length
  const before = await reloads()
  gateway.kill('SIGHUP')
  const until = performance.now() + patience
  while ((await reloads()) === before && gateway.alive()) {
    if (performance.now() > until) throw new Error('The gateway did not log that it reloaded.')
    await sleep(20)
  }
}
