import { setTimeout as sleep } from 'node:timers/promises'
import type { Mail } from '../broker/broker.ts'
import { times } from '../wire/times.ts'

/** Whether the connection stands for long enough that others have theirs again, too: who does not listen then is not there. */
export const isSettled = ({ reconnects, upSince }: Pick<Mail, 'reconnects' | 'upSince'>): boolean =>
  reconnects === 0 || performance.now() - upSince > times.settle

/** Resolves when a question may be asked again. */
export const pause = (): Promise<void> => sleep(times.retry)
