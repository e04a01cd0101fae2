import { setTimeout as sleep } from 'node:timers/promises'
import type { AttackedGateway } from './gateway.ts'

/** Sends SIGHUP, and waits for the log to name the outcome. */
export async function reloaded(gateway: AttackedGateway): Promise<void> {
  const reloads = async () => (await gateway.log()).split('\n').filter((line) => /"tokens? reload/.test(line)).length
  const before = await reloads()
  gateway.kill('SIGHUP')
  while ((await reloads()) === before && gateway.alive()) await sleep(20)
}
