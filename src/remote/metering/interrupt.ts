import { setTimeout as sleep } from 'node:timers/promises'

/** Tries, and milliseconds between two of them. */
const tries = { count: 100, every: 100 }

/**
 * Interrupts a turn: one that has only just been asked for cannot be interrupted yet (codex-cli 0.169). `attempt` resolves to whether it
 * was; where it rejects it was not, or app-server is gone, which ends the turn. Never rejects.
 */
export async function interruptTurn(attempt: () => Promise<boolean>, isEnded: () => boolean): Promise<void> {
  for (let n = 0; n < tries.count && !isEnded(); n++) {
    if (await attempt().catch(() => false)) return
    await sleep(tries.every)
  }
}
